import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { automation } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { stringify } from "yaml";
import { confidentialNamespace, defaultDeny } from "../../../policies/examples/cluster";
import { tenantQuota } from "../../../policies/examples/tenant";
import { confidentialDeployment } from "../../../policies/examples/confidentialDeployment";
import type { Exception } from "../../../policies/exceptions";
import { root } from "../../support/factory";

interface Violation {
  readonly policy: string;
  readonly level: string;
  readonly urn: string;
  readonly message: string;
}
interface Run {
  readonly violations: readonly Violation[];
  readonly failed: boolean;
  /** Names of resources that came into being. */
  readonly created: readonly string[];
}

type Place = (opts: pulumi.CustomResourceOptions) => void;

const packs = join(root, "policies", "packs");
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "policy-packs-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a program by the real engine and the real Kubernetes provider, which writes files instead of asking a cluster. */
async function run(
  operation: "preview" | "up",
  pack: string | readonly string[],
  place: Place,
  exceptions?: readonly Exception[],
  isolationUnit?: "pod" | "node",
): Promise<Run> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const home = mkdtempSync(join(directory, "run-"));
  const stack = await automation.LocalWorkspace.createStack(
    {
      projectName: "packs",
      stackName: "s",
      program: () => {
        place({ provider: new k8s.Provider("files", { renderYamlToDirectory: join(home, "out") }) });
        return Promise.resolve();
      },
    },
    {
      workDir: home,
      pulumiHome: join(home, "home"),
      pulumiCommand: await automation.PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      projectSettings: { name: "packs", runtime: "nodejs", backend: { url: `file://${home}` } },
      envVars: {
        PATH: `${binDir}:${process.env.PATH ?? ""}`,
        PULUMI_CONFIG_PASSPHRASE: "rehearsed",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  const violations: Violation[] = [];
  const created: string[] = [];
  const onEvent = ({ policyEvent, resOutputsEvent }: automation.EngineEvent) => {
    if (policyEvent)
      violations.push({
        policy: policyEvent.policyName,
        level: policyEvent.enforcementLevel,
        urn: policyEvent.resourceUrn ?? "",
        message: policyEvent.message,
      });
    if (operation === "up" && resOutputsEvent?.metadata.op === "create")
      created.push(resOutputsEvent.metadata.urn.split("::").at(-1) ?? "");
  };
  if (exceptions) {
    // As a person writes it: the day is not quoted, and the engine reads a time.
    const settings = await stack.workspace.stackSettings("s");
    const config = { "trustfoundry:exceptions": exceptions };
    writeFileSync(join(home, "Pulumi.s.yaml"), stringify({ encryptionsalt: settings.encryptionSalt, config }));
  }
  if (isolationUnit) await stack.setConfig("trustfoundry:isolationUnit", { value: isolationUnit });
  const options = { policyPacks: [pack].flat().map((name) => join(packs, name)), onEvent, color: "never" as const };
  try {
    await (operation === "up" ? stack.up(options) : stack.preview(options));
    return { violations, created, failed: false };
  } catch (error) {
    if (!(error instanceof automation.CommandError)) throw error;
    // A pack that does not start fails, too; only its violations tell the difference.
    if (violations.length === 0) throw error;
    return { violations, created, failed: true };
  }
}

const namespace = (opts: pulumi.CustomResourceOptions) =>
  new k8s.core.v1.Namespace("acme", structuredClone(confidentialNamespace.props), opts);
const deny = (opts: pulumi.CustomResourceOptions) =>
  new k8s.networking.v1.NetworkPolicy("deny", structuredClone(defaultDeny.props), opts);
const quota = (opts: pulumi.CustomResourceOptions) =>
  new k8s.core.v1.ResourceQuota(
    "quota",
    { ...structuredClone(tenantQuota.props), metadata: { name: "tenant", namespace: "acme" } },
    opts,
  );
const deployment = (opts: pulumi.CustomResourceOptions, change: (spec: Record<string, unknown>) => void = () => {}) => {
  const props = structuredClone(confidentialDeployment.props) as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  change(props.spec.template.spec);
  return new k8s.apps.v1.Deployment("llama", props as unknown as k8s.apps.v1.DeploymentArgs, opts);
};

describe("the baseline of a stack whose isolation unit is the node", () => {
  const placed: Place = (opts) => void [namespace(opts), deny(opts), quota(opts), deployment(opts)];
  const refusing = ({ violations }: Run) =>
    violations.filter(({ level }) => level === "mandatory").map(({ policy }) => policy);

  it("is no cover for a factory on bare metal: what is good there is refused here, and the unit is said", async () => {
    const { violations, ...rest } = await run("preview", "baseline", placed, undefined, "node");
    expect(rest.failed).toBe(true);
    expect(refusing({ violations, ...rest })).toEqual(
      expect.arrayContaining(["no-guests-on-nodes", "node-unit-on-clouds"]),
    );
    const notice = violations.find(({ policy }) => policy === "isolation-unit");
    expect(notice).toMatchObject({ level: "advisory" });
    expect(notice?.message).toMatch(/trustfoundry:isolationUnit: node: \d+ of \d+ rules/);
    expect(refusing(await run("preview", "baseline", placed, undefined, "pod"))).toEqual([]);
  });

  it("does not ask of its pods what is about guests, and asks the rest", async () => {
    const onNode: Place = (opts) =>
      void deployment(opts, (spec) => {
        delete spec.runtimeClassName;
        spec.hostNetwork = true;
      });
    const said = refusing(await run("preview", "baseline", onNode, undefined, "node"));
    expect(said).not.toContain("confidential-runtime-class");
    expect(said).toContain("no-host-access");
    expect(refusing(await run("preview", "baseline", onNode))).toContain("confidential-runtime-class");
  });

  it("is not guessed from another word", async () => {
    await expect(run("preview", "baseline", placed, undefined, "nodes" as "node")).rejects.toThrow();
  });
});

describe("the baseline, run by the engine", () => {
  it("lets a tenant's namespace and a confidential model pass", async () => {
    const place: Place = (opts) => void [namespace(opts), deny(opts), quota(opts), deployment(opts)];
    expect(await run("preview", "baseline", place)).toEqual({ violations: [], created: [], failed: false });
  });

  it("refuses a pod outside a TEE at preview, by name, with threat and remedy", async () => {
    const place: Place = (opts) => void deployment(opts, (spec) => (spec.runtimeClassName = "nvidia"));
    const { violations, failed } = await run("preview", "baseline", place);
    expect(failed).toBe(true);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ policy: "confidential-runtime-class", level: "mandatory" });
    expect(violations[0]?.urn).toMatch(/::kubernetes:apps\/v1:Deployment::llama$/);
    expect(violations[0]?.message).toMatch(
      /^Confidential pods name a runtime class.*\nspec\.template\.spec\.runtimeClassName = "nvidia": .*\nThreat: .*\nRemedy: Write runtimeClassName: /,
    );
  });

  it("sees what is missing from the stack as a whole", async () => {
    const { violations, failed } = await run("preview", "baseline", (opts) => void [namespace(opts), quota(opts)]);
    expect(failed).toBe(true);
    expect(violations).toMatchObject([{ policy: "default-deny-network", level: "mandatory" }]);
    expect(violations[0]?.urn).toMatch(/::acme$/);
  });

  it("warns at preview of what only `up` knows, and refuses it there before it is applied", async () => {
    const place: Place = (opts) => {
      const first = new k8s.core.v1.ConfigMap("first", { metadata: { name: "first" } }, opts);
      // Known once the first is there.
      const name = first.id.apply(() => "nvidia");
      deployment(opts, (spec) => (spec.runtimeClassName = name));
    };
    const preview = await run("preview", "baseline", place);
    expect(preview.failed).toBe(false);
    expect(preview.violations.map(({ policy, level }) => `${level} ${policy}`)).toContain(
      "advisory confidential-runtime-class",
    );
    expect(preview.violations.every(({ level }) => level === "advisory")).toBe(true);

    const up = await run("up", "baseline", place);
    expect(up.failed).toBe(true);
    expect(up.violations.filter(({ level }) => level === "mandatory").map(({ policy }) => policy)).toEqual([
      "confidential-runtime-class",
    ]);
    expect(up.created).toContain("first");
    expect(up.created).not.toContain("llama");
  });
});

describe("the audit, run by the engine", () => {
  it("says the same and stops nothing", async () => {
    const place: Place = (opts) => void deployment(opts, (spec) => (spec.runtimeClassName = "nvidia"));
    const { violations, failed } = await run("preview", "audit", place);
    expect(failed).toBe(false);
    expect(violations).toMatchObject([{ policy: "confidential-runtime-class", level: "advisory" }]);
  });
});

describe("exceptions in the stack's configuration", () => {
  const place: Place = (opts) => void deployment(opts, (spec) => (spec.runtimeClassName = "nvidia"));
  const exception = (until: string): Exception => ({
    rule: "confidential-runtime-class",
    resource: "llama",
    reason: "a laboratory without TEEs",
    owner: "security@acme.example",
    until,
  });
  const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  it("reach the pack through the engine: the violation passes, and its use is shown", async () => {
    const { violations, failed } = await run("preview", "baseline", place, [exception(daysFromNow(30))]);
    expect(failed).toBe(false);
    expect(violations).toMatchObject([{ policy: "exceptions-used", level: "advisory" }]);
    expect(violations[0]?.message).toMatch(/confidential-runtime-class: .*security@acme\.example answers for it/);
  });

  it("that have expired fail, and so does what they covered", async () => {
    const { violations, failed } = await run("preview", "baseline", place, [exception(daysFromNow(-1))]);
    expect(failed).toBe(true);
    expect(violations.filter(({ level }) => level === "mandatory").map(({ policy }) => policy)).toEqual([
      "confidential-runtime-class",
      "exceptions-current",
    ]);
  });
});

describe("remediate, run by the engine beside the strict pack", () => {
  const place: Place = (opts) =>
    void deployment(opts, (spec) => {
      spec.automountServiceAccountToken = true;
      spec.securityContext = { runAsNonRoot: true, runAsUser: 1000 };
    });

  it("writes the one right answer before the pack judges it; without it the same is refused", async () => {
    const alone = await run("preview", "strict", place);
    expect(alone.failed).toBe(true);
    expect(alone.violations.map(({ policy }) => policy).sort()).toEqual([
      "no-service-account-token",
      "seccomp-runtime-default",
    ]);
    const mended = await run("preview", ["remediate", "strict"], place);
    expect(mended).toEqual({ violations: [], created: [], failed: false });
  });
});

describe("a pack's directory", () => {
  it.each(readdirSync(packs))("%s has the checkout's version and needs no installation", (name) => {
    const version = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const own = version(join(packs, name, "package.json"));
    expect(own).toMatchObject({
      name: `trustfoundry-${name}`,
      version: version(join(root, "package.json")).version,
      main: "index.js",
    });
    expect(own).not.toHaveProperty("dependencies");
    expect(existsSync(join(packs, name, "node_modules"))).toBe(false);
  });
});
