import { keyBrokerPort, ports, serviceName } from "../../../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../../../components/attestation/trusteeLayout";
import { allows, policiesFor } from "../../network";
import type { WorkloadObject } from "../../objects";
import type { KeySubject, Link } from "../../outcome";
import { broken, count, ok, skipped } from "../../outcome";
import { see, Unseen } from "../../seen";
import type { Snapshot, TrustSnapshot } from "../../snapshot";
import { servicesOf } from "./trust";

const docs = "docs/trust.md";

/** Is there a link at all, without the model owner's cluster? Then every question to it is one that nobody asked. */
export function inTrust(
  check: (trust: TrustSnapshot, snapshot: Snapshot, subject: KeySubject) => ReturnType<Link<KeySubject>["check"]>,
) {
  return (snapshot: Snapshot, subject: KeySubject) =>
    snapshot.trust
      ? check(snapshot.trust, snapshot, subject)
      : skipped("the model owner's cluster was not looked at (--trust-kubeconfig)");
}

/** A service's Deployment, for links that stand behind `broker-there`. */
export function deploymentOf(trust: TrustSnapshot, service: TrusteeService): WorkloadObject {
  const found = see(trust.deployments).find(({ metadata }) => metadata.name === serviceName(service));
  if (!found) throw new Unseen(`there is no Deployment ${serviceName(service)}`);
  return found;
}

export const brokerLinks: readonly Link<KeySubject>[] = [
  {
    id: "broker-there",
    question: "Is the key broker in the model owner's cluster?",
    check: inTrust((trust) => {
      const names = see(trust.deployments).map(({ metadata }) => metadata.name);
      const missing = servicesOf(trust)
        .map(serviceName)
        .filter((name) => !names.includes(name));
      if (missing.length === 0) return ok(servicesOf(trust).map(serviceName).join(", "));
      return broken({
        found: names.length > 0 ? `Deployments ${names.join(", ")}` : "no Deployment of Trustfoundry's",
        wanted: missing.join(", "),
        why: "without it nobody gets a key",
        remedy: "`pulumi up` of the trust stack, or name the cluster that the key broker runs in",
        docs,
      });
    }),
  },
  {
    id: "broker-stores",
    question: "Are the configuration, policies, values and keys there that its pods mount?",
    follows: ["broker-there"],
    check: inTrust((trust) => {
      const maps = see(trust.configMaps).map(({ metadata }) => metadata.name);
      const secrets = see(trust.secrets).map(({ name }) => name);
      const missing = servicesOf(trust).flatMap((service) =>
        (deploymentOf(trust, service).spec.template.spec.volumes ?? []).flatMap(({ configMap, secret }) => [
          ...(configMap?.name !== undefined && !maps.includes(configMap.name) ? [`ConfigMap ${configMap.name}`] : []),
          ...(secret?.secretName !== undefined && !secrets.includes(secret.secretName)
            ? [`Secret ${secret.secretName}`]
            : []),
        ]),
      );
      if (missing.length === 0) return ok("every ConfigMap and Secret that is mounted");
      return broken({
        found: `${missing.join(", ")}: gone`,
        wanted: "every ConfigMap and Secret that a Deployment mounts",
        why: "pods that start from now on hang; those that run keep what they have",
        remedy: "`pulumi up --refresh` of the trust stack; a Secret of the owner's making has to be made again",
        docs: `${docs}#where-models-keys-are`,
      });
    }),
  },
  {
    id: "broker-available",
    question: "Does the key broker run?",
    follows: ["broker-there", "broker-stores"],
    check: inTrust((trust) => availability(trust, ["kbs"])),
  },
  {
    id: "broker-services",
    question: "Do attestation service and reference value provider run behind it?",
    follows: ["broker-there", "broker-stores"],
    check: inTrust((trust) => {
      const others = servicesOf(trust).filter((service) => service !== "kbs");
      return others.length > 0 ? availability(trust, others) : skipped("Intel Trust Authority judges the evidence");
    }),
  },
  {
    id: "broker-service",
    question: "Do Services lead to pods that are ready?",
    follows: ["broker-there", "broker-available", "broker-services"],
    check: inTrust((trust) => {
      const services = see(trust.services);
      const slices = see(trust.endpointSlices);
      const faults = servicesOf(trust).flatMap((service) => {
        const name = serviceName(service);
        const port = service === "kbs" ? keyBrokerPort : ports[service];
        const found = services.find(({ metadata }) => metadata.name === name);
        if (!found) return [`no Service ${name}`];
        if (!found.spec.ports?.some((each) => each.port === port)) return [`Service ${name} has no port ${port}`];
        const ready = slices
          .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name)
          .flatMap(({ endpoints }) => endpoints ?? [])
          .filter(({ conditions }) => conditions?.ready !== false);
        return ready.length > 0 ? [] : [`Service ${name} leads to no pod that is ready`];
      });
      if (faults.length === 0) return ok(`${servicesOf(trust).length} Services`);
      return broken({
        found: faults.join("; "),
        wanted: `Services on ${keyBrokerPort} (guests) and ${ports.as}, ${ports.rvps} (inside), each with ready pods`,
        why: "guests, or the key broker itself, reach nobody",
        remedy:
          "`pulumi up --refresh` of the trust stack; where the Service is there, compare its selector with the pods' labels",
        docs: `${docs}#how-guests-reach-the-key-broker`,
      });
    }),
  },
  {
    id: "broker-network",
    question: "Do network policies let guests in, and the services reach each other?",
    follows: ["broker-there"],
    check: inTrust((trust) => {
      const all = see(trust.networkPolicies);
      const open = (service: TrusteeService, direction: "Ingress" | "Egress", port: number) => {
        const labels = deploymentOf(trust, service).spec.template.metadata?.labels ?? {};
        const policies = policiesFor(all, labels, direction);
        const way = direction === "Ingress" ? "ingress" : "egress";
        return (
          policies.length === 0 ||
          policies.some(
            (policy) =>
              allows(policy, way, port) ||
              allows(policy, way, service === "kbs" || direction === "Egress" ? port : service),
          )
        );
      };
      const intel = !servicesOf(trust).includes("as");
      const closed = [
        ...(open("kbs", "Ingress", ports.kbs) ? [] : [`guests to the key broker (${ports.kbs})`]),
        ...(intel || (open("kbs", "Egress", ports.as) && open("as", "Ingress", ports.as))
          ? []
          : [`key broker to attestation service (${ports.as})`]),
        ...(intel || (open("as", "Egress", ports.rvps) && open("rvps", "Ingress", ports.rvps))
          ? []
          : [`attestation service to reference values (${ports.rvps})`]),
      ];
      if (closed.length === 0) return ok(`${count(all.length, "NetworkPolicy").replace("Policys", "Policies")}`);
      return broken({
        found: `NetworkPolicies ${all.map(({ metadata }) => metadata.name).join(", ") || "none"}; closed: ${closed.join("; ")}`,
        wanted: `ways for ${closed.join("; ")}`,
        why: "whoever is not let in waits until its own time runs out",
        remedy:
          "set `attestation.keyBroker.clientCidrs` to the guests' addresses, and run `pulumi up --refresh` of the trust stack",
        docs: `${docs}#how-guests-reach-the-key-broker`,
      });
    }),
  },
];

function availability(trust: TrustSnapshot, services: readonly TrusteeService[]) {
  const states = services.map((service) => {
    const { spec, status } = deploymentOf(trust, service);
    return {
      name: serviceName(service),
      wanted: spec.replicas ?? 1,
      available: status?.availableReplicas ?? 0,
      status,
    };
  });
  const text = states.map(({ name, wanted, available }) => `${name}: ${available} of ${wanted} available`).join("; ");
  const low = states.filter(({ wanted, available }) => wanted < 1 || available < wanted);
  if (low.length === 0) return ok(text);
  const said = low
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type, status: holds }) => type === "Available" && holds === "False");
  return broken({
    found: `${text}${said?.message ? ` (${said.message})` : ""}`,
    wanted: "every replica available, and one at least",
    why: "a pod whose files are not as they were rendered does not start (store-check); without any replica nobody gets a key",
    remedy:
      "look at the pods' events and at the output of store-check; scale up what was scaled down with `pulumi up --refresh`",
    docs,
  });
}
