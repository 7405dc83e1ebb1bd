import { cpuTees, labels, teeKeyResource } from "../../../../components/host/hardware";
import { runtimeClassNameFor } from "../../../../components/runtime/runtimeClasses";
import type { RuntimeClassObject } from "../../objects";
import type { Link, NodeSubject } from "../../outcome";
import { broken, ok, told } from "../../outcome";
import { bytesOf } from "../../quantity";
import { see, Unseen } from "../../seen";
import type { Snapshot } from "../../snapshot";
import { labelsOf, nodeOf, teeOfNode } from "./node";

const docs = "docs/infrastructure.md#kata";
/** Of the chart: less lets the host run out of memory under large guests (contrast pull request 2555, kata issue 12786). */
const leastOverhead = "10240Mi";

export const runtimeLinks: readonly Link<NodeSubject>[] = [
  {
    id: "kata-installed",
    question: "Is Kata installed on the host?",
    follows: ["node-ready", "node-meant", "nfd-definitions", "kata-deployed"],
    check: (snapshot, subject) => {
      const found = labelsOf(nodeOf(snapshot, subject))[labels.kataRuntime];
      if (found === "true") return ok(`${labels.kataRuntime}=true`);
      return broken({
        found: `${labels.kataRuntime}=${told(found)}`,
        wanted: "true",
        why:
          found === "false"
            ? "kata-deploy is still at work on the host, or gave up"
            : "kata-deploy has not been on the host",
        remedy: "read the log of kata-deploy's pod on this host; it restarts the container runtime when it is done",
        docs,
      });
    },
  },
  {
    id: "runtime-class",
    question: "Is the runtime class of the host's TEE there, as kata-deploy makes it?",
    follows: ["nfd-definitions", "kata-deployed"],
    check: (snapshot, subject) => {
      // Of a host that has no TEE yet, either class will do.
      const tee = teeOfNode(snapshot, nodeOf(snapshot, subject));
      const names = (tee ? [tee] : cpuTees).map(runtimeClassNameFor);
      const faults = names.map((name) => runtimeClassFault(snapshot, name));
      const [first] = faults;
      if (!first || faults.includes(undefined)) return ok(names[faults.indexOf(undefined)] ?? "");
      return broken({ ...first, docs });
    },
  },
  {
    id: "runtime-class-matches",
    question: "Does that runtime class select this host?",
    follows: ["runtime-class", "kata-installed", "tee-label", "cc-ready", "cc-mode-state", "cc-mode-wanted"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const tee = teeOfNode(snapshot, node);
      if (!tee) throw new Unseen("which TEE the host has is not known");
      const name = runtimeClassNameFor(tee);
      const selector = classNamed(snapshot, name)?.scheduling?.nodeSelector ?? {};
      const has = labelsOf(node);
      const wrong = Object.entries(selector).filter(([key, value]) => has[key] !== value);
      if (wrong.length === 0) return ok(`${Object.keys(selector).length} labels`);
      return broken({
        found: wrong.map(([key]) => `${key}=${told(has[key])}`).join(", "),
        wanted: wrong.map(([key, value]) => `${key}=${value}`).join(", "),
        why: `pods of ${name} are placed on hosts with all of its labels alone`,
        remedy: "labels that tell what was found come from their operators: look at the one that writes it",
        docs,
      });
    },
  },
];

export function classNamed({ cluster }: Snapshot, name: string): RuntimeClassObject | undefined {
  return see(cluster.runtimeClasses).find(({ metadata }) => metadata.name === name);
}

/** What is wrong with a runtime class in itself; undefined where it is as kata-deploy makes it. */
export function runtimeClassFault(snapshot: Snapshot, name: string) {
  const found = classNamed(snapshot, name);
  if (!found) {
    const names = see(snapshot.cluster.runtimeClasses).map(({ metadata }) => metadata.name);
    return {
      found: names.length > 0 ? `runtime classes ${names.join(", ")}` : "no runtime class",
      wanted: `RuntimeClass ${name}`,
      why: "pods that name it are refused when they are made",
      remedy: "kata-deploy's chart makes it: `pulumi up --refresh` of the infrastructure stack",
    };
  }
  if (found.handler !== name)
    return {
      found: `handler ${told(found.handler)}`,
      wanted: name,
      why: "the container runtime looks the handler up in its own configuration: another one is no confidential guest, or none",
      remedy: "remove the class and install kata-deploy's chart again: a handler cannot be changed",
    };
  const tee = cpuTees.find((each) => runtimeClassNameFor(each) === name);
  const overhead = found.overhead?.podFixed ?? {};
  if (bytesOf(overhead.memory) < bytesOf(leastOverhead) || (tee && Number(overhead[teeKeyResource[tee]] ?? 0) < 1))
    return {
      found: `overhead memory ${told(overhead.memory)}${tee ? `, ${teeKeyResource[tee]} ${told(overhead[teeKeyResource[tee]])}` : ""}`,
      wanted: `memory ${leastOverhead} or more${tee ? `, ${teeKeyResource[tee]} 1` : ""}`,
      why: "guests take more of the host than the scheduler counts: memory runs out under them, or keys do",
      remedy: "install Node Feature Discovery before kata-deploy, and let the chart make the class again",
    };
  const ready = found.scheduling?.nodeSelector?.[labels.ccReadyState];
  const live = tee && found.scheduling?.nodeSelector?.[labels.tee[tee]];
  if (tee && (ready !== "true" || live !== "true"))
    return {
      found: `node selector ${labels.ccReadyState}=${told(ready)}, ${labels.tee[tee]}=${told(live)}`,
      wanted: "true for both",
      why: "its pods may be placed on hosts that are not confidential, or on none",
      remedy: "let kata-deploy's chart make the class again: `pulumi up --refresh` of the infrastructure stack",
    };
  return undefined;
}
