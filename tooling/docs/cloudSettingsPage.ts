import { z } from "zod";
import { azureSchema } from "../../stacks/config/azure";
import { gcpSchema } from "../../stacks/config/gcp";
import { nodesSchema } from "../../stacks/config/nodes";
import { ownerKeysSchema } from "../../stacks/config/ownerKeys";
import { peerPodsSchema } from "../../stacks/config/peerPods";
import type { JsonSchema } from "./settingRows";
import { settingRows } from "./settingRows";
import { table } from "./text";

const intro = `# Settings of clouds

Made from the schema in \`stacks/config\` by \`npm run docs\`; do not edit. All other settings, and how YAML is read:
[configuration.md](configuration.md). What they are for: [clouds.md](clouds.md).

**Bold**: required. \`[]\` stands for each member of a list, \`(spot)\` for the form whose \`kind\` is \`spot\`.
Where a section has several forms (\`cluster\`, \`image\`), bold is required in the forms that have it: its own row names them.
`;

const sections: readonly { readonly title: string; readonly about: string; readonly schema: z.ZodType }[] = [
  {
    title: "A provider on Azure",
    about: "`trustfoundry:providers[].azure`, instead of `hosts`; role `infrastructure`.",
    schema: azureSchema,
  },
  {
    title: "A provider on Google Cloud",
    about: "`trustfoundry:providers[].gcp`, instead of `hosts`; role `infrastructure`.",
    schema: gcpSchema,
  },
  {
    title: "Peer pods, experimental",
    about:
      "`trustfoundry:providers[].peerPods`, beside `azure` or `gcp` with a cluster; role `infrastructure` ([clouds.md](clouds.md#peer-pods-experimental)).",
    schema: peerPodsSchema,
  },
  {
    title: "Nodes that the owner's key broker serves",
    about:
      "`trustfoundry:nodes`, role `trust`: which nodes the owner's own Trustee gives which keys ([trust.md](trust.md)).",
    schema: nodesSchema,
  },
  {
    title: "Keys that a cloud releases",
    about:
      "`trustfoundry:keyAuthority`, `trustfoundry:azure` and `trustfoundry:gcp` of role `keys`, in an account of the model owner's.",
    schema: ownerKeysSchema,
  },
];

/** Settings of clouds as the schema describes them. */
export function cloudSettingsPage(): string {
  return [intro, ...sections.flatMap(({ title, about, schema }) => [`## ${title}`, about, settingsTable(schema)])]
    .map((part) => part.trim())
    .join("\n\n");
}

function settingsTable(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", target: "draft-7" }) as JsonSchema;
  return table(
    ["setting", "default", "meaning"],
    settingRows(json).map((row) => [
      row.required ? `**\`${row.path}\`**` : `\`${row.path}\``,
      row.default === undefined ? "" : `\`${row.default}\``,
      // Else Markdown takes `<name>` for a tag.
      [
        row.meaning.replaceAll("<", "\\<"),
        row.values.length > 0 ? row.values.map((value) => `\`${value}\``).join(", ") : "",
      ]
        .filter((part) => part !== "")
        .join(": "),
    ]),
  );
}
