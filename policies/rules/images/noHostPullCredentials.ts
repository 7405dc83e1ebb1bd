import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

export const noHostPullCredentials = resourceRule({
  id: "no-host-pull-credentials",
  title: "Registry credentials reach the guest from the key broker, not the host from Kubernetes",
  pillar: "images",
  severity: "medium",
  threat:
    "The provider takes the login out of the pull Secret and fetches every image and every version that the account may see.",
  remediation:
    'Leave imagePullSecrets out and write authenticated_registry_credentials_uri = "kbs:///…" into cdh.toml; where the host must read manifests, give it an account that reads nothing else.',
  source: issue(repositories.kata, 9802),
  platforms: bareMetal,
  claims: ["keys-never-in-clear"],

  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: "size(variables.spec.?imagePullSecrets.orValue([])) == 0",
        message: "spec.imagePullSecrets hand the registry's credentials to the host",
      },
    ],
  },
  boundary: { by: "nothing", how: "what the provider has read it keeps; layers of encrypted images stay closed to it" },
  looksAt: confidentialPods,
  *check({ spec }) {
    const secrets = spec.at("imagePullSecrets");
    if (secrets.items().length > 0) yield secrets.finding("hands the registry's credentials to the host");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "the registry's login in a pull Secret",
      path: `${podPointer}/imagePullSecrets`,
      value: [{ name: "registry-login" }],
      expect: `${podPath}.imagePullSecrets`,
    },
  ],
});
