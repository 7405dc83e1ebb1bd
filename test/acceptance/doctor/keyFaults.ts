import { launchProfileFor } from "../../../components/guest/measurement/launchProfile";
import { measureGuest } from "../../../components/guest/measurement/measureGuest";
import { simulatedGuestImage } from "../../../components/guest/measurement/simulatedGuestImage";
import type { Bench, Live, Undo } from "./bench";
import { mapWith, redecide } from "./bench";
import type { InjectedFault } from "./hostFaults";

const deployments = "/apis/apps/v1/namespaces/trustee/deployments";
const core = "/api/v1/namespaces/trustee";

async function scaled(bench: Bench, service: string): Promise<Undo> {
  const path = `${deployments}/${service}`;
  await bench.patch(path, { spec: { replicas: 0 } });
  await bench.rolledOut(path);
  return async () => {
    await bench.patch(path, { spec: { replicas: 2 } });
    await bench.rolledOut(path);
  };
}

/** SNP launch digest of the rehearsal's guest with another number of vCPUs. */
export function digestWith(vcpus: number): string {
  const image = simulatedGuestImage("4.0.0");
  const measured = measureGuest({ image, profile: launchProfileFor({ kata: "4.0.0", tee: "snp", shim: "go" }), vcpus });
  if (measured.tee !== "snp") throw new Error("no SNP measurement");
  return measured.launchDigest;
}

const policy = "resource-policy.rego";

/** Changes the block of one release alone. */
function inBlock(text: string, id: string, change: (block: string) => string): string {
  const start = text.indexOf(`"${id}": {`);
  const end = text.indexOf("\n\t},", start);
  return text.slice(0, start) + change(text.slice(start, end)) + text.slice(end);
}

export const keyFaults: readonly InjectedFault[] = [
  {
    what: "the key broker is scaled to nothing",
    link: "broker-available",
    found: "trustee-kbs: 0 of 0 available",
    wanted: "one at least",
    inject: (bench) => scaled(bench, "trustee-kbs"),
  },
  {
    what: "the reference value provider is scaled to nothing",
    link: "broker-services",
    found: "trustee-rvps: 0 of 0 available",
    wanted: "one at least",
    inject: (bench) => scaled(bench, "trustee-rvps"),
  },
  {
    what: "the key broker's Service is deleted",
    link: "broker-service",
    found: "no Service trustee-kbs",
    wanted: "Services on 443",
    inject: (bench) => bench.remove(`${core}/services/trustee-kbs`),
    settled: (bench) =>
      bench.until(async () => {
        const slices = await bench.api.list<Live>(
          "/apis/discovery.k8s.io/v1/namespaces/trustee/endpointslices",
          "kubernetes.io/service-name=trustee-kbs",
        );
        return slices.some(({ endpoints }) => (endpoints as unknown[] | null)?.length === 2);
      }),
  },
  {
    what: "guests are no longer let in",
    link: "broker-network",
    found: "guests to the key broker (8443)",
    wanted: "guests to the key broker (8443)",
    inject: (bench) => bench.remove("/apis/networking.k8s.io/v1/namespaces/trustee/networkpolicies/kbs"),
  },
  {
    what: "the ConfigMap with the attestation policies is deleted",
    link: "broker-stores",
    found: "ConfigMap attestation-policies-",
    wanted: "every ConfigMap and Secret",
    inject: async (bench) => {
      const map = await mapWith(bench, await bench.get(`${deployments}/trustee-as`), "default_cpu.rego");
      return bench.remove(`${core}/configmaps/${map.metadata.name}`);
    },
  },
  {
    what: "the policy has no block of the release",
    link: "release-known",
    found: "llama-8b#7",
    wanted: "a block llama-8b#1",
    inject: (bench) => redecide(bench, "kbs", policy, (text) => text.replace('"llama-8b#1": {', '"llama-8b#7": {')),
  },
  {
    what: "the release's time is over",
    link: "release-in-time",
    found: "until 2026-01-01T00:00:00Z",
    wanted: "a time that",
    inject: (bench) =>
      redecide(bench, "kbs", policy, (text) =>
        inBlock(text, "llama-8b#1", (block) =>
          block.replace(/"until": \d+/, '"until": 1767225600').replace(/"from": \d+/, '"from": 1735689600'),
        ),
      ),
  },
  {
    what: "the policy expects a guest with other vCPUs",
    link: "release-block",
    found: "cpu.measurement",
    wanted: digestWith(17),
    inject: (bench) =>
      redecide(bench, "kbs", policy, (text) =>
        inBlock(text, "llama-8b#1", (block) =>
          block.replace(/"measurement":"[0-9a-f]{96}"/, `"measurement":"${digestWith(33)}"`),
        ),
      ),
  },
  {
    what: "a reference value is another guest's",
    link: "release-values",
    found: digestWith(33),
    wanted: `snp_launch_measurement with ${digestWith(17)}`,
    inject: (bench) =>
      redecide(bench, "rvps", "snp_launch_measurement", (text) => text.replace(digestWith(17), digestWith(33))),
  },
  {
    what: "somebody opens the resource policy by hand",
    link: "stores-as-checked",
    found: "resource-policy.rego of trustee-kbs is another",
    wanted: "store-check",
    inject: async (bench) => {
      const map = await mapWith(bench, await bench.get(`${deployments}/trustee-kbs`), policy);
      return bench.replace(`${core}/configmaps/${map.metadata.name}`, (object) => {
        object.data = {
          [policy]: (object.data?.[policy] ?? "").replace("default allow := false", "default allow := true"),
        };
      });
    },
  },
  {
    what: "the release's key is not in the Secret",
    link: "resource-there",
    found: "has no key acme.model-key.llama-8b",
    wanted: "acme/model-key/llama-8b",
    inject: async (bench) => {
      const { volumes } = (await bench.get(`${deployments}/trustee-kbs`)).spec.template.spec as {
        volumes: { name: string; secret?: { secretName: string } }[];
      };
      const name = volumes.find((volume) => volume.name === "resources")?.secret?.secretName ?? "";
      return bench.replace(`${core}/secrets/${name}`, (object) => {
        delete object.data?.["acme.model-key.llama-8b"];
      });
    },
  },
];
