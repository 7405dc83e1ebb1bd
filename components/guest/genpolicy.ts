import { z } from "zod";
import { canonicalJson, sha256 } from "../names";
import type { AgentPolicy } from "./agentPolicy";
import type { GenpolicyRelease } from "./genpolicyReleases";
import { genpolicyReleases } from "./genpolicyReleases";

/** What a release may leave open to the host, each only where its declaration names it. */
export const agentOpenings = ["exec", "logs", "stdin"] as const;
export type AgentOpening = (typeof agentOpenings)[number];

/** What genpolicy's policy has to agree with. */
export interface GenpolicyArgs {
  /** The Rego that `genpolicy` wrote into its init-data: rules, then `policy_data := {…}`. */
  readonly rego: string;
  readonly image: { readonly repository: string; readonly digest: string };
  readonly user: { readonly uid: number; readonly gid: number };
  /** Program and arguments; empty: whatever genpolicy read from the image. */
  readonly command: readonly string[];
  /** What the model's declaration opens by name. */
  readonly openings: readonly AgentOpening[];
  /** Releases of genpolicy whose policies are taken, by Kata's version. Default: those that were read. */
  readonly releases?: Readonly<Record<string, GenpolicyRelease>>;
}

/** Requests that Kata's own rules always let through: they end, start or describe what was let in before. */
const alwaysOpen = new Set(
  (
    "DestroySandbox GetOOMEvent GuestDetails OnlineCPUMem RemoveContainer RemoveStaleVirtiofsShareMounts SignalProcess " +
    "StartContainer StatsContainer TtyWinResize WaitProcess"
  )
    .split(" ")
    .map((name) => `${name}Request`),
);

/** Rules whose default has to stand there: left out, a later edit could open them unseen. */
const closedByDefault = [
  "AllowRequestsFailingPolicy",
  ..."CopyFile CreateContainer CreateSandbox ExecProcess ReadStream SetPolicy UpdateEphemeralMounts WriteStream"
    .split(" ")
    .map((name) => `${name}Request`),
];

const flag = z.boolean().default(false);
const text = z.string();
const policyDataSchema = z.looseObject({
  containers: z
    .array(
      z.looseObject({
        OCI: z.looseObject({
          Annotations: z.record(text, text),
          Process: z.looseObject({
            Args: z.array(text),
            Terminal: flag,
            User: z.looseObject({ UID: z.int(), GID: z.int() }).optional(),
            Capabilities: z.record(text, z.array(text).nullable()).optional(),
          }),
        }),
        exec_commands: z.array(z.unknown()).default([]),
      }),
    )
    .min(1),
  cluster_config: z.looseObject({ emptydir_type: text, guest_pull: z.boolean() }),
  sandbox: z.looseObject({
    storages: z.array(z.looseObject({ driver: text, fstype: text, mount_point: text, source: text })),
  }),
  request_defaults: z.looseObject({
    CopyFileRequest: z.array(text),
    ExecProcessRequest: z.looseObject({ allowed_commands: z.array(z.unknown()), regex: z.array(text) }),
    CloseStdinRequest: flag,
    GetDiagnosticDataRequest: flag,
    ReadStreamRequest: flag,
    UpdateEphemeralMountsRequest: flag,
    WriteStreamRequest: flag,
  }),
});
type PolicyData = z.infer<typeof policyDataSchema>;

/**
 * Takes a policy that Kata's genpolicy made for a release's pods, checks it against the release, and refuses what it
 * opens to the host beyond what the release names. Rules and settings have to be genpolicy's own to the byte: no reading
 * of foreign rules would find all that they open. What its own rules add up to is Kata's to say.
 *
 * Shape: kata-containers src/tools/genpolicy rules.rego, genpolicy-settings.json, policy.rs (4.1.0).
 */
export function genpolicyPolicy(args: GenpolicyArgs): AgentPolicy {
  const [rules, data] = split(args.rego);
  const problems = [
    ...ruleProblems(rules),
    ...originProblems(rules, data, args.releases ?? genpolicyReleases),
    ...guestProblems(data),
    ...openingProblems(data, args.openings),
    ...containerProblems(data, args),
  ];
  if (problems.length > 0) throw new Error(`agent policy: ${problems.join("; ")}`);
  return {
    rego: args.rego,
    notBound: [
      "agent policy: made by genpolicy from a pod's specification; what its rules leave open is Kata's to say",
      "agent policy: host name, resolv.conf and hosts come from the provider; name resolution is not trusted",
      ...[...args.openings].sort().map((opening) => `agent policy: ${openingWords[opening]}, as the release names`),
    ],
  };
}

const openingWords: Record<AgentOpening, string> = {
  exec: "the host may run the listed commands in the container",
  logs: "the host reads the container's output",
  stdin: "the host writes to the container's standard input",
};

const marker = "policy_data := ";

/** Rules and data. The attestation service finds the data by its being last, and so do we. */
function split(rego: string): [string, PolicyData] {
  const at = rego.lastIndexOf(`\n${marker}`);
  if (!/^package agent_policy\b/m.test(rego) || at < 0)
    throw new Error(
      "agent policy: this is not what genpolicy writes (package agent_policy, and policy_data last); write the file's policy.rego",
    );
  const written = rego.slice(at + 1 + marker.length).trimEnd();
  let parsed: unknown;
  try {
    parsed = JSON.parse(written);
  } catch {
    throw new Error(
      "agent policy: policy_data is not JSON up to the end of the file; take genpolicy's output unchanged",
    );
  }
  // Of a key that stands twice, the guest's engine could take the other value.
  if (JSON.stringify(parsed, null, 2) !== written)
    throw new Error(
      "agent policy: policy_data is not written as genpolicy writes it, or has a key twice; take its output unchanged",
    );
  const result = policyDataSchema.safeParse(parsed);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(
      `agent policy: policy_data.${issue?.path.join(".") ?? ""} is not what genpolicy writes (${issue?.message ?? ""}); take its output unchanged`,
    );
  }
  return [rego.slice(0, at), result.data];
}

function ruleProblems(rules: string): string[] {
  const code = rules.split("\n").map(withoutComment).join("\n");
  const problems: string[] = [];
  if (/\bpolicy_data\s*:?=/.test(code))
    problems.push("policy_data is defined twice; take genpolicy's output unchanged");
  for (const [, name = "", value = ""] of code.matchAll(/(?:^|;)\s*default\s+(\w+)\s*:?=\s*(\S.*?)\s*$/gm))
    if (value !== "false" && !(value === "true" && alwaysOpen.has(name)))
      problems.push(`${name} is ${value} by default; it has to be false`);
  for (const name of closedByDefault)
    if (!new RegExp(`^\\s*default\\s+${name}\\s*:?=`, "m").test(code))
      problems.push(`${name} has no default; write "default ${name} := false"`);
  // A rule without a body, or with one that is nothing but true, decides for every request.
  for (const [, name = ""] of code.matchAll(
    /(?:^|;)\s*(\w+Request|AllowRequestsFailingPolicy)\s*(?::?=\s*(?:true|\{[^{}]*"allowed"\s*:\s*true[^{}]*\})\s*$|(?::?=\s*true\s*)?(?:if\s+)?(?:\{\s*true\s*\}|true\s*$))/gm,
  ))
    if (!alwaysOpen.has(name)) problems.push(`${name} is allowed outright; it has to depend on the request`);
  return problems;
}

/** Only what is beyond doubt a comment goes: a # within a string must not hide the rest of its line. */
function withoutComment(line: string): string {
  return line.includes("`") || /"[^#]*#/.test(line) ? line : line.replace(/#.*$/, "");
}

/** Whether some release of genpolicy has these rules and settings. */
function originProblems(
  rules: string,
  data: PolicyData,
  releases: Readonly<Record<string, GenpolicyRelease>>,
): string[] {
  const known = Object.entries(releases).find(([, release]) => release.rules === sha256(rules));
  if (!known)
    return [
      `its rules (SHA-256 ${sha256(rules)}) are not the rules.rego of genpolicy ${Object.keys(releases).join(" or ")}; make it anew with that release, and take its output unchanged`,
    ];
  const [version, { settings }] = known;
  return Object.entries(settings)
    .filter(([path, digest]) => sha256(canonicalJson(valueAt(data, path) ?? null)) !== digest)
    .map(
      ([path]) =>
        `policy_data.${path} is not what the settings of genpolicy ${version} have; make it anew with them, without a drop-in for ${path}`,
    );
}

function valueAt(data: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], data);
}

/** Where the container's files come from: inside the guest, never from the host. */
function guestProblems({ cluster_config: cluster, sandbox }: PolicyData): string[] {
  const shared = sandbox.storages.filter(
    ({ driver, fstype, mount_point: point, source }) =>
      driver !== "ephemeral" || fstype !== "tmpfs" || source !== "shm" || point !== "/run/kata-containers/sandbox/shm",
  );
  return [
    ...(cluster.guest_pull ? [] : ["the host pulls its images; set cluster_config.guest_pull before making it"]),
    ...(cluster.emptydir_type === "block-encrypted"
      ? []
      : [
          `its scratch is ${cluster.emptydir_type}, which the host can read; write block-encrypted into cluster_config.emptydir_type before making it`,
        ]),
    ...shared.map(
      ({ driver, source }) =>
        `the sandbox has the storage ${source} (${driver}); leave shared memory alone in sandbox.storages`,
    ),
  ];
}

function openingProblems(
  { containers, request_defaults: defaults }: PolicyData,
  named: readonly AgentOpening[],
): string[] {
  const { ExecProcessRequest: exec } = defaults;
  const open: Record<AgentOpening, boolean> = {
    exec:
      exec.allowed_commands.length > 0 ||
      exec.regex.length > 0 ||
      containers.some(({ exec_commands: commands }) => commands.length > 0),
    logs: defaults.ReadStreamRequest,
    stdin: defaults.WriteStreamRequest || defaults.CloseStdinRequest,
  };
  return [
    ...agentOpenings
      .filter((opening) => open[opening] && !named.includes(opening))
      .map(
        (opening) =>
          `it opens ${opening}, which the model does not name; add it to agentOpenings, or make the policy anew without`,
      ),
    ...agentOpenings
      .filter((opening) => !open[opening] && named.includes(opening))
      .map((opening) => `the model names ${opening}, which it does not open; remove it from agentOpenings`),
    ...(defaults.UpdateEphemeralMountsRequest || defaults.GetDiagnosticDataRequest
      ? ["it opens UpdateEphemeralMounts or GetDiagnosticData, which nothing needs; make the policy anew without"]
      : []),
    ...defaults.CopyFileRequest.filter((pattern) => pattern !== "$(sfprefix)").map(
      (pattern) => `files may be copied to ${JSON.stringify(pattern)}; only $(sfprefix), the pod's own, is accepted`,
    ),
  ];
}

/** Capabilities by which a process leaves its container, and genpolicy's word for all of them. */
const dangerous =
  /^(\$\(privileged_caps\)|CAP_(SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|MAC_ADMIN|BPF|DAC_READ_SEARCH))$/;

function containerProblems({ containers }: PolicyData, { image, user, command }: GenpolicyArgs): string[] {
  const own = containers.filter(({ OCI }) => OCI.Annotations["io.kubernetes.cri.container-type"] !== "sandbox");
  const [container] = own;
  if (!container || own.length > 1)
    return [`it is for ${own.length} containers, and a release's pod has one; make it from the release's pod`];
  const { Annotations, Process } = container.OCI;
  if (containers.length - own.length > 1)
    return [
      `it has ${containers.length - own.length} sandbox containers, and a pod has one; make it from the release's pod`,
    ];
  const wanted = `${image.repository}@${image.digest}`;
  const found = Annotations["io.kubernetes.cri.image-name"];
  const capabilities = containers.flatMap(({ OCI }) =>
    Object.values(OCI.Process.Capabilities ?? {}).flatMap((list) => list ?? []),
  );
  return [
    ...(found === wanted
      ? []
      : [`it is for the image ${found ?? "(none)"}, not for ${wanted}; make it from the release's pod`]),
    ...(Process.User?.UID === user.uid && Process.User.GID === user.gid
      ? []
      : [
          `it runs as ${Process.User?.UID ?? "?"}:${Process.User?.GID ?? "?"}, not as ${user.uid}:${user.gid}; set runAsUser and runAsGroup before making it`,
        ]),
    ...(command.length === 0 || Process.Args.join("\0") === command.join("\0")
      ? []
      : [
          `it runs ${JSON.stringify(Process.Args)}, not the model's command ${JSON.stringify(command)}; make it from the release's pod`,
        ]),
    ...(Process.Terminal ? ["it gives the container a terminal; make it from the release's pod"] : []),
    ...[...new Set(capabilities.filter((name) => dangerous.test(name)))].map(
      (name) => `it lets the container have ${name}; drop all capabilities before making it`,
    ),
  ];
}
