import type { TemplateVendor } from "./vendorTemplate";

/** One screen about a vendor's template, with the headings that all templates have. */
export function vendorReadme({ name, title, template, procedures, protocol }: TemplateVendor): string {
  const tees = [...(procedures.snp ? ["SEV-SNP"] : []), ...(procedures.tdx ? ["TDX"] : [])].join(" and ");
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n");
  return `# ${title}

## What ${template.name} contributes

${template.contributes}. A plan of the firmware settings that ${tees} ${tees.includes("and") ? "need" : "needs"}: stages, reboots, settings made
once, and what is read back.

## What it deploys

Role \`infrastructure\`, on your cluster (kubeadm, k3s or RKE2): node features, Kata's confidential runtime classes, NVIDIA's GPU Operator in
confidential mode, kubelet settings, admission policies, the tenant's namespace, and the firmware plan of each host as a ConfigMap.
The model owner's key broker is another party's: template \`generic\`, role \`trust\`.

## Try it

\`\`\`sh
pulumi new <absolute path of this package>/stacks/partners/${name} --dir factory
cd factory
npm install <absolute path of this package>/trustfoundry-<version>.tgz # made by \`npm pack\`, as long as no registry has it
npm run catalog -- lock
pulumi preview --policy-pack node_modules/trustfoundry/policies/packs/strict
npm run trustfoundry -- firmware plan Pulumi.<stack>.yaml
\`\`\`

\`settings/infrastructure.yaml\` has what was not asked: more hosts, storage class, ranges of addresses. Credentials ${protocol === "redfish" ? "of the BMC" : "for Intersight"} are
the command's, and stand in no setting. On \`k3s\` and \`rke2\` set \`trustfoundry:platform.set\` to \`newest\`: before Kata 4.1.0 the snapshotter stays down after a reboot, and the pack refuses it.

## What was verified, and how

${list(template.verified)}

Not verified:

${list(template.notVerified)}

## Left to ${template.name}

${list(template.leftToPartner)}
`;
}
