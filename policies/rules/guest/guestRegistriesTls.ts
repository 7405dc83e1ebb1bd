import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { guestFile, initDataDocuments } from "../../initData";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const at = (key: string) => `${initDataPath}#data["cdh.toml"]#image.${key}`;
const policy = 'image_security_policy_uri = "kbs:///acme/policy/images"';

export const guestRegistriesTls = resourceRule({
  id: "guest-registries-tls",
  title: "The guest talks to registries by TLS, with credentials from the key broker",
  pillar: "guest",
  severity: "high",
  threat:
    "On plain HTTP the guest sends the registry's password, which it got for its attested identity, to whoever sits on the provider's network.",
  remediation:
    "Leave insecure out of image.registry_config, add the registry's CA to extra_root_certificates, and take credentials from kbs:///….",
  source: file(repositories.guestComponents, "confidential-data-hub/example.config.toml"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "keyBroker", how: "the resource policy pins init-data, hence the registries that the guest trusts" },
  looksAt: initDataDocuments,
  *check({ document }) {
    const image = guestFile(document, "cdh.toml")?.at("image");
    if (!image) return;
    for (const registry of image.at("registry_config", "registry").items())
      for (const place of [registry, ...registry.at("mirror").items()])
        if ((place.at("insecure").value ?? false) !== false) yield place.at("insecure").finding("is plain HTTP");
    const credentials = image.at("authenticated_registry_credentials_uri");
    if (credentials.present && !credentials.text?.startsWith("kbs:///"))
      yield credentials.finding("is not kept by the key broker");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "the registry by plain HTTP",
      path: initDataPointer,
      replaceInInitData: [
        policy,
        `${policy}\n[[image.registry_config.registry]]\nlocation = "registry.acme.example"\ninsecure = true`,
      ],
      expect: at("registry_config.registry[0].insecure"),
    },
    {
      mistake: "its mirror by plain HTTP",
      path: initDataPointer,
      replaceInInitData: [
        policy,
        `${policy}\n[[image.registry_config.registry]]\nlocation = "registry.acme.example"\n[[image.registry_config.registry.mirror]]\nlocation = "mirror.provider.example"\ninsecure = true`,
      ],
      expect: at("registry_config.registry[0].mirror[0].insecure"),
    },
    {
      mistake: "credentials out of the guest image",
      path: initDataPointer,
      replaceInInitData: [policy, `${policy}\nauthenticated_registry_credentials_uri = "file:///etc/auth.json"`],
      expect: at("authenticated_registry_credentials_uri"),
    },
  ],
});
