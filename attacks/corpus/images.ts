import type { RuleAttack } from "../attack";
import { append, container, pod, reseal, set } from "../change";

const model = "Deployment/llama-8b";
const policy = /^image_security_policy = .*$/m;

/** Images and secrets: what runs, and what is handed to it. */
export const images: readonly RuleAttack[] = [
  {
    id: "tag-moved-overnight",
    threat: "The registry's owner moves a tag to an image that sends the weights home.",
    attacker: "supplyChain",
    rule: "images-by-digest",
    where: "both",
    base: "tenant",
    change: [set(model, container("image"), "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.13.1")],
  },
  {
    id: "helper-without-digest",
    threat: "A small helper image, named by nothing but its name, runs inside the boundary beside the model.",
    attacker: "supplyChain",
    rule: "images-by-digest",
    where: "both",
    base: "tenant",
    change: [
      append(model, pod("initContainers"), {
        name: "warm-up",
        image: "docker.io/library/busybox",
        command: ["/bin/true"],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        resources: { limits: { cpu: "1", memory: "64Mi" } },
      }),
    ],
  },
  {
    id: "key-broker-of-the-day",
    threat: "The key broker follows the newest build, and one bad build holds the keys to every model.",
    attacker: "supplyChain",
    rule: "images-by-digest",
    where: "preview",
    base: "trust",
    change: [
      set(
        "Deployment/trustee-kbs",
        container("image"),
        "ghcr.io/confidential-containers/staged-images/kbs-grpc-as:latest",
      ),
    ],
  },
  {
    id: "guest-takes-any-image",
    threat:
      "The guest's image policy accepts whatever the host offers, and the offered image inherits the attested identity.",
    attacker: "providerInsider",
    rule: "image-policy-rejects",
    where: "preview",
    base: "tenant",
    change: [
      reseal(
        model,
        policy,
        `image_security_policy = '{"default":[{"type":"insecureAcceptAnything"}],"transports":{}}'`,
      ),
    ],
  },
  {
    id: "whole-registry-trusted",
    threat:
      "Everything in a public registry may run in the guest, an image that anybody uploaded this morning included.",
    attacker: "supplyChain",
    rule: "image-policy-rejects",
    where: "preview",
    base: "tenant",
    change: [
      reseal(
        model,
        policy,
        `image_security_policy = '{"default":[{"type":"reject"}],"transports":{"docker":{"docker.io":[{"type":"insecureAcceptAnything"}]}}}'`,
      ),
    ],
  },
  {
    id: "no-image-policy",
    threat: "The image policy is left out of the guest's settings, so neither name nor signature is ever looked at.",
    attacker: "carelessEngineer",
    rule: "image-policy-rejects",
    where: "preview",
    base: "tenant",
    change: [reseal(model, policy, "max_concurrent_layer_downloads_per_image = 3")],
  },
  {
    id: "image-policy-from-the-web",
    threat: "The guest fetches its image policy from a web server, whose owner decides what runs from then on.",
    attacker: "networkAttacker",
    rule: "image-policy-rejects",
    where: "preview",
    base: "tenant",
    change: [reseal(model, policy, 'image_security_policy_uri = "https://policies.acme-models.example/images.json"')],
  },
  {
    id: "api-key-in-environment",
    threat: "A registry's key stands in the Deployment, for everybody to read who may list Deployments.",
    attacker: "carelessEngineer",
    rule: "no-plain-secrets",
    where: "both",
    base: "tenant",
    change: [append(model, container("env"), { name: "HF_TOKEN", value: "not-to-be-read" })],
  },
  {
    id: "key-under-a-harmless-name",
    threat: "A key hides behind a harmless name, where only its form gives it away.",
    attacker: "carelessEngineer",
    rule: "no-plain-secrets",
    where: "both",
    base: "tenant",
    change: [append(model, container("env"), { name: "UPSTREAM", value: "nvapi-0123456789abcdefghijklmn" })],
  },
  {
    id: "password-on-command-line",
    threat: "A password among the arguments is in the pod's definition, in the events and in every dump of etcd.",
    attacker: "carelessEngineer",
    rule: "no-plain-secrets",
    where: "both",
    base: "tenant",
    change: [set(model, container("args"), ["--port=8000", "--api-key=not-to-be-read"])],
  },
  {
    id: "secret-that-is-none",
    threat:
      "A tenant's Secret holds the key itself instead of a sealed one, and the provider reads it out of its own etcd.",
    attacker: "providerInsider",
    rule: "secrets-sealed",
    where: "both",
    base: "tenant",
    change: [set("Secret/llama-8b-sealed", "stringData.NGC_API_KEY", "not-to-be-read")],
  },
];
