import { checkClosed } from "../../../components/images/closedPolicy";
import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { guestFile, initDataDocuments } from "../../initData";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const at = (key: string) => `${initDataPath}#data["cdh.toml"]#image.${key}`;
const inline = JSON.stringify({ default: [{ type: "reject" }] });
const uri = 'image_security_policy_uri = "kbs:///acme/policy/images"';

export const imagePolicyRejects = resourceRule({
  id: "image-policy-rejects",
  title: "The guest refuses every image that its policy does not name",
  pillar: "images",
  severity: "critical",
  threat:
    "The host hands the guest an image of its own, which then holds the guest's attested identity and gets its keys.",
  remediation:
    'Write image_security_policy into cdh.toml ([image]) with "default": [{"type": "reject"}], or its kbs:/// address as image_security_policy_uri.',
  source: file(repositories.guestComponents, "image-rs/docs/quickstart/image_signing.md"),
  platforms,
  claims: ["image-as-released"],
  boundary: { by: "measurement", how: "the guest enforces the policy, which init-data binds to its evidence" },
  looksAt: initDataDocuments,
  *check({ document }) {
    const image = guestFile(document, "cdh.toml")?.at("image") ?? document.at("data", "cdh.toml").hidden();
    const address = image.at("image_security_policy_uri");
    // Where both stand, the guest takes the address; what it holds is checked where it is put into the key broker.
    if (address.present) {
      if (!/^(kbs:\/\/\/[\w-]+\/[\w-]+\/[\w.-]+|file:\/\/\/.+)$/.test(address.text ?? ""))
        yield address.finding("is no kbs:///<repository>/<type>/<tag>");
      return;
    }
    const policy = image.at("image_security_policy").hidden();
    if (policy.text === undefined) yield policy.finding("is missing: no signature and no name is looked at");
    else {
      const problem = openness(policy.text);
      if (problem !== undefined) yield policy.finding(problem);
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "no policy",
      path: initDataPointer,
      replaceInInitData: [uri, "max_concurrent_layer_downloads_per_image = 3"],
      expect: at("image_security_policy"),
    },
    {
      mistake: "a policy that accepts by default",
      path: initDataPointer,
      replaceInInitData: [uri, `image_security_policy = '${inline.replace("reject", "insecureAcceptAnything")}'`],
      expect: at("image_security_policy"),
    },
    {
      mistake: "a whole registry accepted",
      path: initDataPointer,
      replaceInInitData: [
        uri,
        `image_security_policy = '${inline.slice(0, -1)},"transports":{"docker":{"nvcr.io":[{"type":"insecureAcceptAnything"}]}}}'`,
      ],
      expect: at("image_security_policy"),
    },
    {
      mistake: "a policy from the web",
      path: initDataPointer,
      replaceInInitData: ["kbs:///acme/policy/images", "https://acme.example/policy.json"],
      expect: at("image_security_policy_uri"),
    },
  ],
});

/** What is open about a policy, in words that quote none of it. */
function openness(json: string): string | undefined {
  try {
    checkClosed(json);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^image policy: (it )?/, "");
  }
}
