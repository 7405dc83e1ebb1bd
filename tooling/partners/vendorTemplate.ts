import { stringify } from "yaml";
import type { FirmwareVendor } from "../../components/host/firmware/vendors";
import { cpuModelNames, cpuModels, gpuModelNames } from "../../components/host/hardware";
import type { Files, Prompt } from "./commonFiles";
import { commonFiles, templateSettings } from "./commonFiles";
import type { PartnerFile } from "./partnerFile";
import { vendorReadme } from "./vendorReadme";

export type TemplateVendor = FirmwareVendor & { readonly template: NonNullable<FirmwareVendor["template"]> };

/** The whole template of a hardware vendor, made from the vendor's data. */
export function vendorTemplate(vendor: TemplateVendor): Files {
  const { title, template } = vendor;
  const prompts = promptsOf(vendor);
  const settings = templateSettings({
    displayName: title,
    description: `Confidential GPU pods on bare metal: ${template.contributes}`,
    prompts,
  });
  return {
    ...commonFiles(),
    "Pulumi.yaml": yaml(settings),
    "Pulumi.sample-infrastructure.yaml": `${sampleIntro}${yaml({ config: answersOf(prompts) })}`,
    "README.md": vendorReadme(vendor),
    "partner.yaml": yaml(partnerOf(vendor)),
    "settings/infrastructure.yaml": preset(vendor),
  };
}

const sampleIntro =
  "# What the answers to `pulumi new` leave behind. The rest is in settings/infrastructure.yaml; both are yours to edit.\n";

const cpuChoices = cpuModelNames.map((name) => `${name} (${cpuModels[name].tee === "snp" ? "SEV-SNP" : "TDX"})`);

function promptsOf({ template: { defaults }, protocol }: TemplateVendor): Prompt[] {
  const host = "providers[0].hosts[0]";
  const managed =
    protocol === "redfish" ? "Its BMC, by host name or IP address" : "Intersight, by host name, or your own appliance";
  return [
    { key: "factory", asks: "Name of the factory, the same for all parties", answer: "acme" },
    { key: "cluster.context", asks: "Context of the hosts' cluster in your kubeconfig", answer: "factory" },
    {
      key: "providers[0].distribution",
      asks: "Kubernetes of the hosts: k8s (kubeadm), or k3s or rke2, which need trustfoundry:platform.set newest",
      answer: "k8s",
    },
    { key: `${host}.name`, asks: "First GPU host, by its Kubernetes node name", answer: defaults.host },
    { key: `${host}.cpu`, asks: `Its CPU: ${cpuChoices.join(", ")}`, answer: defaults.cpu },
    { key: `${host}.gpu.model`, asks: `Its GPUs: ${gpuModelNames.join(", ")}`, answer: defaults.gpu },
    { key: `${host}.gpu.count`, asks: "How many GPUs it has", answer: String(defaults.gpus) },
    { key: `${host}.firmware.managementAddress`, asks: `${managed}; never credentials. May be left empty` },
  ];
}

function answersOf(prompts: readonly Prompt[]): Record<string, string> {
  return Object.fromEntries(
    prompts.flatMap(({ key, answer }) => (answer === undefined ? [] : [[`trustfoundry:${key}`, answer]])),
  );
}

function partnerOf({ template, protocol }: TemplateVendor): PartnerFile {
  const [verified = ""] = template.verified.slice(-1);
  const [notVerified = ""] = template.notVerified;
  return {
    title: template.name,
    contributes: template.contributes,
    roles: ["infrastructure"],
    verified: "template, and firmware plan, check and apply with interruptions",
    against: /against (.+)$/.exec(verified)?.[1] ?? `a mock of ${protocol === "redfish" ? "Redfish" : "Intersight"}`,
    notVerified,
  };
}

/** Written, not dumped, for its comments. */
function preset({ name }: TemplateVendor): string {
  return `# The provider's part: what stands in Pulumi.<stack>.yaml goes over it, value by value. Edit it, it is yours.
role: infrastructure
factory: null
platform: { set: ra-1.1.0 }
parties: { modelOwner: acme-models, dataOwner: clinic-data }
cluster: { context: null }
provider: own-metal
providers:
  - name: own-metal
    distribution: k8s
    kubernetesVersion: "1.36"
    # A class of raw block volumes on the hosts; guests encrypt what they keep there.
    trustedStorageClass: local-block
    # Where the model owner's key broker and the registries are. These ranges are for documentation and lead nowhere.
    keyBrokerCidrs: [203.0.113.0/28]
    registryCidrs: [198.51.100.0/24]
    hosts:
      - name: null
        cpu: null
        gpu: { model: null, count: 8 }
        ccMode: "on"
        # Logical CPUs and memory of the host: the tenant's quota follows from them.
        cpus: 192
        memoryGib: 1536
        # The plan lies in the cluster; \`npm run trustfoundry -- firmware\` checks and applies it.
        firmware: { vendor: ${name}, managementAddress: null }
`;
}

const yaml = (value: object) => stringify(value, { lineWidth: 0 });
