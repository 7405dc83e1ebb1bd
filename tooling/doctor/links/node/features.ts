import { cpuTees, labels, teeKeyResource } from "../../../../components/host/hardware";
import type { CpuTee } from "../../../../components/host/hardware";
import type { DaemonSetObject } from "../../objects";
import type { Link, NodeSubject } from "../../outcome";
import { broken, ok, told } from "../../outcome";
import { see } from "../../seen";
import type { Snapshot } from "../../snapshot";
import { labelsOf, nodeOf, teeNames, teeOfNode } from "./node";

const docs = "docs/architecture.md#ordering";
const ruleDefinition = "nodefeaturerules.nfd.k8s-sigs.io";

const isNfdWorker = ({ metadata }: DaemonSetObject) => /(^|-)(node-feature-discovery|nfd)-worker$/.test(metadata.name);
const isKataDeploy = ({ metadata }: DaemonSetObject) => metadata.name.startsWith("kata-deploy");

export const lateRule =
  "kata-deploy looks for the CustomResourceDefinition when it starts: installed before Node Feature Discovery, it leaves no rule behind";

export const featureLinks: readonly Link<NodeSubject>[] = [
  {
    id: "nfd-definitions",
    question: "Are Node Feature Discovery's definitions there, which kata-deploy needs before it?",
    check: ({ cluster }) => {
      if (see(cluster.definitions[ruleDefinition])) return ok(ruleDefinition);
      return broken({
        found: `no CustomResourceDefinition ${ruleDefinition}`,
        wanted: "Node Feature Discovery, installed before kata-deploy",
        why: `without it nothing can say which hosts have SEV-SNP or TDX; ${lateRule}`,
        remedy: "install Node Feature Discovery, then kata-deploy once more: `pulumi up` of the infrastructure stack",
        docs,
      });
    },
  },
  {
    id: "nfd-running",
    question: "Does exactly one Node Feature Discovery run?",
    follows: ["nfd-definitions", "node-ready"],
    check: ({ cluster }) => {
      const workers = see(cluster.daemonSets).filter(isNfdWorker);
      const master = see(cluster.deployments).find(({ metadata }) =>
        /(^|-)(node-feature-discovery|nfd)-master$/.test(metadata.name),
      );
      const names = workers.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      const { desiredNumberScheduled: desired = 0, numberReady: ready = 0 } = workers[0]?.status ?? {};
      const masters = master?.status?.availableReplicas ?? 0;
      if (workers.length === 1 && desired > 0 && ready === desired && masters > 0)
        return ok(`${names[0]}, ${ready} of ${desired} ready`);
      return broken({
        found:
          workers.length === 1
            ? `${names[0]}: ${ready} of ${desired} workers ready; ${masters} masters available`
            : workers.length === 0
              ? "no DaemonSet of its workers"
              : `${workers.length} of them: ${names.join(", ")}`,
        wanted: "one Node Feature Discovery, its workers ready on every host and its master available",
        why:
          workers.length > 1
            ? "two of them overwrite each other's labels"
            : "labels of hosts are made by it: without it none is new, and none of a new host is there",
        remedy:
          workers.length > 1
            ? "leave one: charts that bring their own have a switch for it (`nfd.enabled: false` of the GPU Operator)"
            : "look at its pods: `kubectl get pods -A -l app.kubernetes.io/name=node-feature-discovery`",
        docs,
      });
    },
  },
  {
    id: "kata-deployed",
    question: "Does kata-deploy run on the GPU hosts?",
    follows: ["nfd-definitions", "node-ready"],
    check: ({ cluster }) => {
      const found = see(cluster.daemonSets).filter(isKataDeploy);
      const [only] = found;
      const { desiredNumberScheduled: desired = 0, numberReady: ready = 0 } = only?.status ?? {};
      if (only && desired > 0 && ready === desired) return ok(`${only.metadata.name}, ${ready} of ${desired} ready`);
      return broken({
        found: only ? `${only.metadata.name}: ${ready} of ${desired} ready` : "no DaemonSet kata-deploy",
        wanted: "kata-deploy, ready on every host of vm-passthrough",
        why: "it brings Kata's shims, the guest image and the runtime classes to the hosts",
        remedy: "look at `kubectl -n kata-system describe ds kata-deploy`; `pulumi up` installs it where it is missing",
        docs: "docs/infrastructure.md#kata",
      });
    },
  },
  {
    id: "tee-rule",
    question: "Is there a rule by which Node Feature Discovery labels hosts with a TEE?",
    follows: ["nfd-definitions", "kata-deployed"],
    check: (snapshot, subject) => {
      const tee = teeOfNode(snapshot, nodeOf(snapshot, subject));
      const rules = see(snapshot.cluster.nodeFeatureRules);
      const missing = (tee ? [tee] : cpuTees).filter((each) => !rules.some((rule) => makesLabel(rule, each)));
      if (missing.length === 0) return ok("rules for the labels of TEEs and their keys");
      const names = rules.map(({ metadata }) => metadata.name);
      return broken({
        found:
          names.length > 0
            ? `NodeFeatureRules ${names.join(", ")}, none for ${missing.map((each) => labels.tee[each]).join(", ")}`
            : "no NodeFeatureRule",
        wanted: "kata-deploy's NodeFeatureRule: amd64-tee-keys (Kata 4.0.0) or kata-tee-keys (since 4.1.0)",
        why: `without it no host is labelled as having a TEE, and no confidential runtime class matches one; ${orderTrap(snapshot)}`,
        remedy: "restart kata-deploy of 4.0.0, or install it again with `nodeFeatureRules.create: true` since 4.1.0",
        docs,
      });
    },
  },
  {
    id: "tee-label",
    question: "Did Node Feature Discovery find the TEE on the host?",
    follows: ["node-ready", "nfd-definitions", "nfd-running", "tee-rule"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const has = labelsOf(node);
      const live = cpuTees.find((tee) => has[labels.tee[tee]] === "true");
      if (live) return ok(`${labels.tee[live]}=true`);
      const tee = teeOfNode(snapshot, node);
      return broken({
        found: cpuTees.map((each) => `${labels.tee[each]}=${told(has[labels.tee[each]])}`).join(", "),
        wanted: tee ? `${labels.tee[tee]}=true` : `${labels.tee.snp}=true or ${labels.tee.tdx}=true`,
        why: "the kernel of the host says of no TEE that it is live, so no confidential runtime class matches the host",
        remedy: `switch ${tee ? teeNames[tee] : "SEV-SNP or TDX"} on in the firmware, then look at ${hints(tee)} on the host`,
        docs: "docs/firmware.md",
      });
    },
  },
  {
    id: "tee-keys",
    question: "Does the host offer keys for encrypted guests?",
    follows: ["tee-rule", "tee-label"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const tee = teeOfNode(snapshot, node);
      const resource = tee ? teeKeyResource[tee] : Object.values(teeKeyResource).join(" or ");
      const keys = tee && node.status?.allocatable?.[teeKeyResource[tee]];
      if (Number(keys) > 0) return ok(`${resource}: ${keys}`);
      return broken({
        found: `${resource}: ${told(keys)}`,
        wanted: "1 or more",
        why: "each guest takes one of them (the runtime class's overhead), so none could be placed",
        remedy:
          tee === "snp"
            ? "give SEV-SNP address space identifiers in the firmware (minimum SEV non-ES ASID)"
            : "give TDX key identifiers in the firmware (TME-MT keys, split for TDX)",
        docs: "docs/firmware.md",
      });
    },
  },
];

function makesLabel(
  rule: { readonly spec?: { readonly rules?: readonly { readonly labels?: object }[] } },
  tee: CpuTee,
): boolean {
  return (rule.spec?.rules ?? []).some(({ labels: made = {} }) => Object.hasOwn(made, labels.tee[tee]));
}

/** Where kata-deploy is older than the definitions, that is why there is no rule. */
function orderTrap({ cluster }: Snapshot): string {
  const definition = see(cluster.definitions[ruleDefinition])?.metadata.creationTimestamp;
  const kata = see(cluster.daemonSets).find(isKataDeploy)?.metadata.creationTimestamp;
  return definition !== undefined && kata !== undefined && kata < definition
    ? `here kata-deploy (${kata}) came before the definitions (${definition}): ${lateRule}`
    : lateRule;
}

/** What says on the host itself whether the TEE is live (k8s-cc-manager main.py). */
function hints(tee: CpuTee | undefined): string {
  const files = { snp: "/sys/module/kvm_amd/parameters/sev_snp", tdx: "/sys/module/kvm_intel/parameters/tdx" };
  return tee ? files[tee] : Object.values(files).join(" or ");
}
