import { beforeEach, describe, expect, it } from "vitest";
import { hostFiles } from "../../../../components/host/intel/hostFiles";
import { intelOperatorFacts } from "../../../../components/host/intel/operators";
import type { PccsSettings } from "../../../../components/host/intel/pccs";
import { pccsNetwork, pccsPod, pccsProblems } from "../../../../components/host/intel/pccs";
import type { TdxAttestationHostArgs } from "../../../../components/host/intel/tdxAttestationHost";
import { TdxAttestationHost } from "../../../../components/host/intel/tdxAttestationHost";
import type {
  OperatorQuoteService,
  TdxAttestationSettings,
} from "../../../../components/host/intel/tdxAttestationPlan";
import {
  quoteGenerationSpec,
  sgxPluginSpec,
  tdxAttestationProblems,
  tdxAttestationWarnings,
} from "../../../../components/host/intel/tdxAttestationPlan";
import { sha256 } from "../../../../components/names";
import { chooseOperator } from "../../../../components/openshift/operators";
import { settled, valueOf } from "../../../support/mocks";
import { rehearsalPlacement } from "../../../support/placement";
import type { Recording } from "../../../support/registrations";
import { named, recordRegistrations, refusal } from "../../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const online: OperatorQuoteService = {
  kind: "dcapOperator",
  certificates: "online",
  apiKeySecret: "intel-pcs",
  nodeSelectorShape: "list",
};
const byOperator: TdxAttestationSettings = { registration: "in-band", quotes: online };
const pccs: PccsSettings = {
  image: `registry.example/pccs@sha256:${"a".repeat(64)}`,
  fill: "lazy",
  credentialsSecret: "pccs-credentials",
  tlsSecret: "pccs-tls",
  clientCidrs: ["10.20.0.0/16"],
};
const byHosts: TdxAttestationSettings = {
  registration: "in-band",
  quotes: { kind: "hostService", threads: 4, pccsUrl: "https://pccs.example.com:8081/sgx/certification/v4/" },
  pccs,
};
const operator = (name: "devicePlugins" | "dcap", csv: string) => {
  const choice = chooseOperator(intelOperatorFacts[name], { csv });
  if ("problem" in choice) throw new Error(choice.problem);
  return choice.operator;
};
const kubernetes = () =>
  ({ kind: "kubernetes", placement: rehearsalPlacement(), systemNamespace: "trustfoundry-system" }) as const;
const openshift = () =>
  ({
    kind: "openshift",
    operators: {
      devicePlugins: operator("devicePlugins", "intel-device-plugins-operator.v0.36.0"),
      dcap: operator("dcap", "intel-tdx-dcap-operator.v0.1.0"),
    },
    approveBy: "trustfoundry openshift approve",
  }) as const;
const place = async (args: TdxAttestationHostArgs) => {
  const host = new TdxAttestationHost("tdx", args);
  // Outputs come last, after everything that waits for operators.
  const urn = await valueOf(host.urn);
  await expect.poll(() => recording.finished.has(urn)).toBe(true);
  await settled();
  return host;
};
const objectOf = (name: string) => named(recording, name).inputs as Record<string, never>;
const kinds = () =>
  recording.resources.flatMap(({ inputs }) => {
    const { kind } = inputs as { kind?: unknown };
    return typeof kind === "string" ? [kind] : [];
  });

describe("files of a TDX host", () => {
  it("start the kernel with TDX, and quotes by the socket alone", () => {
    const files = new Map(
      hostFiles({ threads: 2, pccsUrl: "https://pccs.example/v4/" }).map(({ path, content }) => [path, content]),
    );
    expect(files.get("/etc/default/grub.d/99-trustfoundry-tdx.cfg")).toMatch(/kvm_intel\.tdx=1 nohibernate"\n$/);
    expect(files.get("/etc/qgs.conf")).toBe("number_threads = 2\n");
    expect(JSON.parse(files.get("/etc/sgx_default_qcnl.conf") ?? "")).toMatchObject({
      pccs_url: "https://pccs.example/v4/",
      use_secure_cert: true,
    });
  });

  it("ask nobody without a cache, and leave quotes to Intel's operator where that makes them", () => {
    const [, , , certificates] = hostFiles({ threads: 4 });
    expect(JSON.parse(certificates?.content ?? "")).toEqual({ local_cache_only: true });
    expect(hostFiles(undefined).map(({ path }) => path)).toEqual([
      "/etc/default/grub.d/99-trustfoundry-tdx.cfg",
      "/etc/modules-load.d/trustfoundry-tdx.conf",
    ]);
  });
});

describe("Intel's resources", () => {
  it("say the registration always, and write the node selector as the installed definition wants it", () => {
    expect(quoteGenerationSpec(online)).toEqual({
      platformRegistration: { Online: { apiKeySecretName: "intel-pcs" } },
      nodeSelector: ["intel.feature.node.kubernetes.io/tdx=true", "intel.feature.node.kubernetes.io/sgx=true"],
    });
    const { certificates, nodeSelectorShape } = { certificates: "offline", nodeSelectorShape: "map" } as const;
    expect(quoteGenerationSpec({ kind: "dcapOperator", certificates, nodeSelectorShape })).toEqual({
      platformRegistration: { Offline: {} },
      nodeSelector: {
        "intel.feature.node.kubernetes.io/tdx": "true",
        "intel.feature.node.kubernetes.io/sgx": "true",
      },
    });
    expect(
      quoteGenerationSpec({ kind: "dcapOperator", certificates: "external", nodeSelectorShape }).platformRegistration,
    ).toEqual({ External: {} });
  });

  it("put the SGX plugin on hosts with taints, too", () => {
    expect(sgxPluginSpec("docker.io/intel/intel-sgx-plugin@sha256:0")).toMatchObject({
      image: "docker.io/intel/intel-sgx-plugin@sha256:0",
      tolerations: [{ key: "nvidia.com/gpu" }, { key: "trustfoundry.dev/tenant" }],
    });
    expect(sgxPluginSpec(undefined)).not.toHaveProperty("image");
  });
});

describe("settings that do not go together", () => {
  const said = (settings: TdxAttestationSettings, platform: "kubernetes" | "openshift" = "kubernetes") =>
    tdxAttestationProblems(settings, platform).map((problem) => problem.split(":")[0]);
  const quotes = (changes: Partial<OperatorQuoteService>) => ({
    ...byOperator,
    quotes: { ...online, ...changes } as OperatorQuoteService,
  });

  it("are none in what is meant", () => {
    for (const settings of [byOperator, byHosts]) expect(said(settings)).toEqual([]);
    expect(said(byOperator, "openshift")).toEqual([]);
  });

  it.each([
    ["online without a key", quotes({ apiKeySecret: undefined }), ["quotes.apiKeySecret"]],
    ["a key that nobody uses", quotes({ certificates: "offline" }), ["quotes.apiKeySecret"]],
    ["a manifest that is consumed", { ...byOperator, registration: "direct" }, ["registration"]],
    [
      "privileges for every pod",
      quotes({ privilegedServiceAccounts: ["default"] }),
      ["quotes.privilegedServiceAccounts"],
    ],
    ["a cache beside Intel's operator", { ...byOperator, pccs }, ["pccs"]],
    ["a cache that no host asks", { ...byHosts, quotes: { kind: "hostService", threads: 4 } }, ["quotes.pccsUrl"]],
    [
      "certificates from whoever answers",
      { registration: "in-band", quotes: { kind: "hostService", threads: 4, pccsUrl: "http://pccs.example/" } },
      ["quotes.pccsUrl"],
    ],
    ["collateral that a restart loses", { ...byHosts, pccs: { ...pccs, fill: "offline" } }, ["pccs.storageClass"]],
  ] as [string, TdxAttestationSettings, string[]][])("are refused: %s", (_, settings, paths) => {
    expect(said(settings)).toEqual(paths);
  });

  it("are refused: packages on OpenShift's hosts", () => {
    expect(said(byHosts, "openshift")).toEqual(["quotes.kind"]);
  });

  it("let external certificates follow a direct registration", () => {
    expect(said({ ...quotes({ certificates: "external", apiKeySecret: undefined }), registration: "direct" })).toEqual(
      [],
    );
  });

  it("warn of what nobody can decide here", () => {
    expect(tdxAttestationWarnings(byHosts)).toEqual([]);
    expect(tdxAttestationWarnings(byOperator)).toHaveLength(1);
    expect(tdxAttestationWarnings(quotes({ certificates: "offline" }))).toHaveLength(2);
  });
});

describe("TDX hosts on Kubernetes", () => {
  it("are refused where settings do not go together", async () => {
    expect(
      refusal(
        () =>
          new TdxAttestationHost("tdx", {
            ...byOperator,
            quotes: { ...online, apiKeySecret: undefined },
            platform: kubernetes(),
          }),
      ),
    ).toMatch(/^quotes\.apiKeySecret: is missing/);
    await settled();
  });

  it("find their files in a ConfigMap, by digest", async () => {
    const host = await place({ ...byHosts, platform: kubernetes() });
    const { data } = objectOf("tdx-host-settings") as unknown as { data: Record<string, string> };
    expect(await valueOf(host.hostFiles)).toMatchObject({ "/etc/qgs.conf": sha256(data["qgs.conf"] ?? "") });
    expect(kinds()).not.toContain("TdxQuoteGenerationService");
  });

  it("have quotes by Intel's operator, after the plugin and the rule", async () => {
    await place({ ...byOperator, platform: kubernetes() });
    expect(kinds()).toEqual(
      expect.arrayContaining(["NodeFeatureRule", "SgxDevicePlugin", "TdxQuoteGenerationService"]),
    );
    expect(objectOf("tdx-quotes")).toMatchObject({
      metadata: { name: "intel-tdx-dcap", annotations: { "pulumi.com/waitFor": "condition=Ready=True" } },
    });
    expect(objectOf("tdx-device-plugins-release")).toMatchObject({
      values: { manager: { image: { hub: "docker.io/intel" }, devices: { sgx: true } } },
    });
  });

  it("wait for no quotes that a person has to bring certificates for", async () => {
    const quotes = { ...online, certificates: "offline", apiKeySecret: undefined } as const;
    await place({ registration: "in-band", quotes, platform: kubernetes() });
    expect(objectOf("tdx-quotes").metadata).not.toHaveProperty("annotations");
  });
});

describe("TDX hosts on OpenShift", () => {
  it("have both of Intel's operators, and privileges for the accounts that were named", async () => {
    const quotes = { ...online, privilegedServiceAccounts: ["intel-tdx-dcap-qgs"] };
    await place({ registration: "in-band", quotes, platform: openshift() });
    expect(kinds().filter((kind) => kind === "Subscription")).toHaveLength(2);
    expect(objectOf("tdx-privileged-intel-tdx-dcap-qgs")).toMatchObject({
      roleRef: { name: "system:openshift:scc:privileged" },
      subjects: [{ name: "intel-tdx-dcap-qgs", namespace: "intel-dcap" }],
    });
    expect(kinds()).not.toContain("NodeFeatureRule");
    expect((objectOf("tdx-sgx-plugin") as unknown as { spec: object }).spec).not.toHaveProperty("image");
  });
});

describe("the certificate cache", () => {
  it("has its key from a Secret alone, and can write its database and logs", () => {
    const { spec } = pccsPod(pccs);
    const [container] = spec?.["containers" as never] as unknown as [
      { env: { value: string }[]; volumeMounts: { name: string; readOnly?: boolean }[] },
    ];
    expect(JSON.parse(container.env[0]?.value ?? "")).toEqual({
      CachingFillMode: "LAZY",
      HTTPS_PORT: 8081,
      hosts: "0.0.0.0",
    });
    expect(container.volumeMounts.filter(({ readOnly }) => !readOnly).map(({ name }) => name)).toEqual([
      "logs",
      "cache",
    ]);
  });

  it("goes out to Intel only where it has to", () => {
    expect(Object.keys(pccsNetwork(pccs))).toEqual(["deny-all", "hosts", "allow-dns", "intel"]);
    expect(Object.keys(pccsNetwork({ ...pccs, fill: "offline", storageClass: "local" }))).toEqual([
      "deny-all",
      "hosts",
    ]);
    expect(pccsNetwork({ ...pccs, intelCidrs: ["192.0.2.1/32"] }).intel).toMatchObject({
      egress: [{ to: [{ ipBlock: { cidr: "192.0.2.1/32" } }] }],
    });
    expect(pccsProblems({ ...pccs, fill: "offline", storageClass: "x", intelCidrs: ["192.0.2.1/32"] })).toHaveLength(1);
  });

  it("is placed beside the hosts' files, and keeps its cache where a class is named", async () => {
    const host = await place({ ...byHosts, pccs: { ...pccs, storageClass: "local" }, platform: kubernetes() });
    expect(host.pccsHost && (await valueOf(host.pccsHost))).toBe("pccs.intel-pccs.svc:8081");
    expect(objectOf("tdx-pccs-cache")).toMatchObject({ spec: { storageClassName: "local" } });
  });
});
