import type { Step } from "../steps";

export interface Places {
  readonly configFile: string;
  readonly dir: string;
  readonly until: string;
}

/** What a person does for a step, as lines: commands of their own stack, or what to ask of another party. */
export function instructions({ kind, towards, provider = "" }: Step, { configFile, dir, until }: Places): string[] {
  const before = towards === "former";
  switch (kind) {
    case "release":
      return [
        ...(before ? [`put back into ${configFile} what was declared before`] : []),
        `npm run trustfoundry -- release create --config ${configFile} --model <name> --dir ${dir} --not-after <time>`,
        `npm run trustfoundry -- release sign --file ${dir}/<name>.release.json --key <key>   (as many signers as are needed)`,
      ];
    case "admit":
      return [
        `in ${configFile}, at each model that changes: formerReleaseUntil: "${until}"`,
        "pulumi up --stack <trust stack> --policy-pack policies/packs/baseline",
      ];
    case "retire":
      return [
        `take formerReleaseUntil out of ${configFile}`,
        "pulumi up --stack <trust stack> --policy-pack policies/packs/baseline",
      ];
    case "hosts":
      return [
        `${provider}: pulumi up of its infrastructure stack, with ${before ? "what it had before" : "the versions that the next releases were measured for"}`,
        `${provider}: npm run trustfoundry -- firmware check …   (where firmware has to be newer)`,
      ];
    case "handover":
      return [`the signed files of ${dir} to ${provider}, and to data owners`];
    case "workloads":
      return [
        `${provider}: npm run trustfoundry -- release verify <file> --signers <policy>`,
        `${provider}: pulumi up of its workloads stack`,
      ];
    case "prove":
      return [
        `${provider}: every pod has the release's init-data digest and runs`,
        "data owner: npm run trustfoundry -- verify … at each replica",
        "the key broker's log names each guest that it gave a key since",
      ];
    case "tidy":
      return [`${provider}: accepts images of before no longer`];
  }
}
