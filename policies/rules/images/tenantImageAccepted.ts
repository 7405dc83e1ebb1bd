import { acceptedPods, celList } from "../../acceptance";
import { everyImage } from "../../admission/cel";
import { containerPath, containerPointer, podPath, podPointer } from "../../examples/confidentialDeployment";
import { acceptedDigest, tenantDeployment, tenantParameters } from "../../examples/tenant";
import { confidentialPods, imagesOf } from "../../kubernetes";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

export const tenantImageAccepted = stackRule({
  id: "tenant-image-accepted",
  title: "Tenants run images whose scan and bill of materials the provider has seen",
  pillar: "images",
  severity: "high",
  threat:
    "An image that nobody scanned brings a known hole: whoever enters by it sits in the provider's network, in a guest that no scanner of the host reaches.",
  remediation:
    "Have the image attested, check it with `npm run trustfoundry -- acceptance check`, and add its digest to the provider's acceptance.images.",
  source: page("in-toto, Attestation Framework", "https://github.com/in-toto/attestation/blob/main/spec/README.md"),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    parameters: "tenantAcceptance",
    variables: { images: celList("images") },
    validations: [
      {
        // A provider may accept thousands: with `exists` in place of `in` that is beyond the API server's cost limit.
        expression: everyImage(
          'i.split("@").size() == 2 && i.split("@")[1] != "" && i.split("@")[1] in variables.images',
        ),
        message: "an image is none of those that the provider has accepted of this tenant",
      },
    ],
  },
  boundary: {
    by: "ownControlPlane",
    how: "the provider's API server refuses the pod; that the guest pulls the same image, its own agent policy says",
  },
  kinds: confidentialPods.kinds,
  select: acceptedPods,
  *check({ pod, acceptance }) {
    const accepted = new Set(acceptance.list("images"));
    for (const image of imagesOf(pod)) {
      const [, digest, ...rest] = image.text?.split("@") ?? [];
      if (image.present && (digest === undefined || rest.length > 0 || !accepted.has(digest)))
        yield image.finding("is none of those that the provider has accepted of this tenant");
    }
  },
  compliant: [tenantDeployment, tenantParameters],
  breakages: [
    {
      mistake: "an image that nobody has accepted",
      path: `${containerPointer}/image`,
      value: `registry.acme.example/llama@sha256:${"0".repeat(64)}`,
      expect: `${containerPath}.image`,
    },
    {
      mistake: "an accepted digest behind another one",
      path: `${containerPointer}/image`,
      value: `registry.acme.example/llama@sha256:${"0".repeat(64)}@${acceptedDigest}`,
      expect: `${containerPath}.image`,
    },
    {
      mistake: "a second container that nobody has accepted",
      path: `${podPointer}/initContainers`,
      value: [
        {
          name: "warm-up",
          image: `registry.acme.example/warm-up@sha256:${"1".repeat(64)}`,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: { limits: { cpu: "1", memory: "1Gi" } },
        },
      ],
      expect: `${podPath}.initContainers[0].image`,
    },
    {
      mistake: "a volume that is an image which nobody has accepted",
      path: `${podPointer}/volumes/-`,
      value: { name: "weights", image: { reference: `registry.acme.example/weights@sha256:${"3".repeat(64)}` } },
      expect: `${podPath}.volumes[1].image.reference`,
    },
  ],
});
