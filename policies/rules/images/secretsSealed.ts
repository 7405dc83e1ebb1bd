import { belongsToConfidential } from "../../admission/cel";
import { sealedSecret } from "../../examples/cluster";
import { declaredConfidential, objects } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const secretsSealed = resourceRule({
  id: "secrets-sealed",
  title: "Secrets of confidential workloads hold sealed values alone",
  pillar: "images",
  severity: "high",
  threat: "Base64 is no lock: a plain Secret is read from the API server, from etcd and from every backup of it.",
  remediation: "Seal each value (sealed.…): the guest opens it with a key that it gets after attestation.",
  source: file(repositories.cocoDocs, "content/en/docs/features/sealed-secrets.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  admission: {
    scope: [{ group: "", version: "v1", resource: "secrets" }],
    // Helm keeps its releases in Secrets, too; what stands in them is for other rules.
    when: `(${belongsToConfidential}) && object.?type.orValue("") != "helm.sh/release.v1"`,
    judges: ["data"],
    validations: [
      {
        // "sealed." in base64, the last two bits of which belong to what follows.
        expression: 'object.?data.orValue({}).all(k, string(object.data[k]).matches("^c2VhbGVkL[g-v]"))',
        message: "data holds a value that is not sealed",
      },
    ],
  },
  boundary: {
    by: "nothing",
    how: "what the provider has read it keeps; replace a secret that was stored in plain text",
  },
  looksAt: objects("v1/Secret"),
  *check({ body }) {
    if (!declaredConfidential(body.at("metadata"))) return;
    for (const field of ["data", "stringData"]) {
      // Nothing that is looked at here is ever shown.
      const holder = body.at(field).hidden();
      for (const key of holder.keys()) {
        const place = holder.at(key);
        const text = field === "data" ? Buffer.from(place.text ?? "", "base64").toString("utf8") : (place.text ?? "");
        if (!text.startsWith("sealed.")) yield place.finding("is not sealed");
      }
    }
  },
  compliant: [sealedSecret],
  breakages: [
    {
      mistake: "a Secret with the key itself",
      path: "/stringData/NGC_API_KEY",
      value: "not-to-be-read",
      expect: "stringData.NGC_API_KEY",
    },
    {
      mistake: "a Secret with the key itself, encoded",
      path: "/data",
      value: { HF_TOKEN: Buffer.from("not-to-be-read").toString("base64") },
      expect: "data.HF_TOKEN",
    },
    {
      mistake: "a registry's credentials beside the sealed key",
      path: "/stringData/credentials.json",
      value: '{"auths":{}}',
      expect: 'stringData["credentials.json"]',
    },
  ],
});
