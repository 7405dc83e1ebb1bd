import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { packageSchema } from "../languages/schema/packageSchema";
import { roles, roleSchemas } from "../stacks/config/factory";

/** JSON Schema of a stack's settings file, for editors: every section of every role, with the project's prefix. */
export function editorSchema(): string {
  const forms = new Map<string, Map<string, unknown>>();
  for (const role of roles) {
    const json = z.toJSONSchema(roleSchemas[role], { io: "input", unrepresentable: "any", target: "draft-7" });
    for (const [section, form] of Object.entries(json.properties ?? {})) {
      if (section !== "role")
        forms.set(section, (forms.get(section) ?? new Map<string, unknown>()).set(JSON.stringify(form), form));
    }
  }
  const sections = [...forms].map(([section, distinct]) => {
    const all = [...distinct.values()];
    return [`trustfoundry:${section}`, all.length === 1 ? all[0] : { anyOf: all }];
  });
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Trustfoundry stack configuration",
    description: "Generated from stacks/config by `npm run schema`; do not edit.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { "trustfoundry:role": { enum: roles }, ...(Object.fromEntries(sections) as object) },
        required: ["trustfoundry:role"],
      },
    },
  };
  return `${JSON.stringify(schema, null, 1)}\n`;
}

if (require.main === module) {
  writeFileSync(resolve(__dirname, "../stacks/config/factory.schema.json"), editorSchema());
  writeFileSync(resolve(__dirname, "../languages/schema.json"), packageSchema());
}
