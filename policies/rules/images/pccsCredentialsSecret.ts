import { pccsSettings } from "../../examples/intelHosts";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";
import { storedTexts } from "../../storedTexts";

const credential = /"(ApiKey|UserTokenHash|AdminTokenHash)"\s*:\s*"[^"]+"/g;

export const pccsCredentialsSecret = resourceRule({
  id: "pccs-credentials-secret",
  title: "A certificate cache's API key and token hashes are in a Secret",
  pillar: "images",
  severity: "high",
  threat:
    "Everybody who may read ConfigMaps registers platforms with Intel in the provider's name, or guesses the administrator's token offline from its hash.",
  remediation:
    "Keep local.json with ApiKey, UserTokenHash and AdminTokenHash in a Secret that is mounted over the image's; write nothing of it in a ConfigMap.",
  source: file("intel/confidential-computing.tee.dcap.pccs", "service/config/default.json"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "a key of Intel's service opens no model, and costs its owner" },
  looksAt: storedTexts((name) => name.endsWith(".json")),
  *check({ secret, place, text }) {
    if (secret) return;
    const found = new Set([...text.matchAll(credential)].map(([, name]) => name));
    for (const name of found) yield place.finding(`has ${name} for everybody who reads ConfigMaps`);
  },
  compliant: [pccsSettings],
  breakages: [
    {
      mistake: "the API key beside the other settings",
      path: "/data/default.json",
      replace: ['"ApiKey": ""', '"ApiKey": "aaaaaaaaaaaaaaaa"'],
      expect: 'data["default.json"]',
    },
    {
      mistake: "the hash of a token",
      path: "/data/default.json",
      replace: ['"UserTokenHash": ""', '"UserTokenHash": "bbbb"'],
      expect: 'data["default.json"]',
    },
  ],
});
