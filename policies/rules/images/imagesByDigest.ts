import { everyImage, re2 } from "../../admission/cel";
import { splitReference } from "../../../components/catalogLock";
import {
  containerPath,
  containerPointer,
  confidentialDeployment,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import { keyBrokerDeployment } from "../../examples/trustee";
import { trusteePods } from "../../trusteePods";
import type { Pod } from "../../kubernetes";
import { confidentialPods, imagesOf, missing } from "../../kubernetes";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const byDigest = /@sha256:[0-9a-f]{64}$/;
const ofKeyBroker = "the key broker's newest build";

/** Pods that hold a model or its keys. */
const holders: Selector<Pod> = {
  kinds: [...confidentialPods.kinds, ...trusteePods.kinds],
  *select(resource) {
    for (const pods of [confidentialPods, trusteePods]) yield* pods.select(resource);
  },
};

export const imagesByDigest = resourceRule({
  id: "images-by-digest",
  title: "Images of confidential pods and of the key broker are named by digest",
  pillar: "images",
  severity: "high",
  threat: "A tag is moved to another image, which then runs with the model, or with the keys of all models.",
  remediation: "Write the image as <repository>@sha256:<64 hex digits>.",
  source: file(repositories.trustee, "deployment/helm-chart/values.yaml"),
  platforms,
  claims: ["image-as-released"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyImage(`i.matches(${re2(byDigest)})`),
        message: "an image names no digest",
      },
    ],
    blindTo: {
      [ofKeyBroker]: "the key broker runs in its owner's cluster, where no pod is confidential",
    },
  },
  boundary: {
    by: "agentPolicy",
    how: "the agent policy of a confidential guest names the same digest; nothing checks the key broker's own image",
  },
  looksAt: holders,
  *check(pod) {
    for (const image of imagesOf(pod))
      if ((image.present || missing(pod.object, image)) && !byDigest.test(image.text ?? ""))
        yield image.finding("names no digest");
  },
  *remediate(resource, { digestOf }) {
    for (const image of [...holders.select(resource)].flatMap(imagesOf)) {
      const digest = image.text === undefined ? undefined : digestOf(image.text);
      if (digest !== undefined && image.steps)
        yield { path: image.steps, value: `${splitReference(image.text ?? "").repository}@${digest}` };
    }
  },
  compliant: [confidentialDeployment, keyBrokerDeployment],
  breakages: [
    {
      mistake: "a tag",
      path: `${containerPointer}/image`,
      value: "registry.acme.example/llama:1.0",
      expect: `${containerPath}.image`,
    },
    {
      mistake: "neither tag nor digest",
      path: `${containerPointer}/image`,
      value: "registry.acme.example/llama",
      expect: `${containerPath}.image`,
    },
    {
      mistake: "a digest cut short",
      path: `${containerPointer}/image`,
      value: "registry.acme.example/llama@sha256:4f53cda1",
      expect: `${containerPath}.image`,
    },
    {
      mistake: "a helper that runs before the model",
      path: "/spec/template/spec/initContainers",
      value: [{ name: "warm-up", image: "busybox" }],
      expect: "spec.template.spec.initContainers[0].image",
    },
    {
      mistake: "weights as a volume, from an image by its tag",
      path: `${podPointer}/volumes/-`,
      value: { name: "weights", image: { reference: "registry.acme.example/llama-weights:1.0" } },
      expect: `${podPath}.volumes[1].image.reference`,
    },
    {
      mistake: ofKeyBroker,
      resource: 1,
      path: `${containerPointer}/image`,
      value: "ghcr.io/confidential-containers/staged-images/kbs:latest",
      expect: `${containerPath}.image`,
    },
  ],
});
