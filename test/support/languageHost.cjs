#!/usr/bin/env node
// SIMULATED `pulumi-language-nodejs`, for tests alone: the official one cannot be had as a Go module. It serves the part
// of pulumirpc.LanguageRuntime that `pulumi preview` and `up` use, and starts the SDK's own runner as the official one
// does (pulumi/pulumi sdk/nodejs/cmd/pulumi-language-nodejs/main.go): node, nodeargs, @pulumi/pulumi/cmd/run. For
// `pulumi new` it "installs" by a link to the packages that SIMULATED_NODE_MODULES names.
const { spawn } = require("node:child_process");
const { symlinkSync } = require("node:fs");
const { dirname, join } = require("node:path");
const grpc = require("@grpc/grpc-js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const language = require("@pulumi/pulumi/proto/language_pb");
const plugin = require("@pulumi/pulumi/proto/plugin_pb");

const engine = process.argv.slice(2).find((argument) => /^[\d.]+:\d+$/.test(argument));

function run(call, callback) {
  const request = call.request.toObject();
  const info = call.request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const pwd = request.pwd;
  const runner = join(dirname(require.resolve("@pulumi/pulumi/package.json", { paths: [pwd] })), "cmd", "run");
  const args = [
    ...(options.nodeargs ? options.nodeargs.split(" ") : []),
    runner,
    ...[
      "--monitor",
      request.monitorAddress,
      "--engine",
      engine,
      "--project",
      request.project,
      "--stack",
      request.stack,
    ],
    ...["--pwd", pwd, "--parallel", String(request.parallel)],
    ...(request.dryrun ? ["--dry-run"] : []),
    info.getEntryPoint() || ".",
  ];
  const child = spawn(process.execPath, args, {
    cwd: pwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.configMap)),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.configsecretkeysList),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    },
  });
  child.on("exit", (code) => {
    const response = new language.RunResponse();
    // 32: the runner has told the user already.
    if (code === 32) response.setBail(true);
    else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
    callback(null, response);
  });
}

function installDependencies(call) {
  const directory = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const said = new language.InstallDependenciesResponse();
  try {
    symlinkSync(process.env.SIMULATED_NODE_MODULES, join(directory, "node_modules"));
    said.setStdout(Buffer.from("SIMULATED: linked instead of installed\n"));
    call.write(said);
    call.end();
  } catch (error) {
    call.destroy(error);
  }
}

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  run,
  installDependencies,
  runtimeOptionsPrompts: (_, callback) => callback(null, new language.RuntimeOptionsResponse()),
  getPluginInfo: (_, callback) => callback(null, new plugin.PluginInfo()),
  getRequiredPackages: (_, callback) => callback(null, new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: (_, callback) => callback(null, new language.GetRequiredPluginsResponse()),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
