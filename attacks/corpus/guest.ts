import { initDataAnnotationKey, initDataDigestKey } from "../../components/guest/initDataAnnotation";
import type { RuleAttack } from "../attack";
import { remove, reseal, set } from "../change";

const model = "Deployment/llama-8b";
const annotation = (key: string) => ["spec", "template", "metadata", "annotations", key];

/** The guest: what it is told by init-data, and obeys. */
export const guest: readonly RuleAttack[] = [
  {
    id: "guest-without-orders",
    threat:
      "Init-data is taken away together with its digest, and the guest obeys its image's policy, which allows all.",
    attacker: "providerInsider",
    rule: "init-data-present",
    where: "both",
    base: "tenant",
    change: [remove(model, annotation(initDataAnnotationKey)), remove(model, annotation(initDataDigestKey))],
  },
  {
    id: "unbound-init-data",
    threat: "An algorithm that nobody implements leaves init-data unmeasured, so any other may take its place.",
    attacker: "providerInsider",
    rule: "init-data-present",
    where: "preview",
    base: "tenant",
    change: [reseal(model, 'algorithm = "sha256"', 'algorithm = "md5"')],
  },
  {
    id: "init-data-not-compressed",
    threat: "Init-data pasted as plain base64 is passed over by the runtime, and the guest starts without it.",
    attacker: "carelessEngineer",
    rule: "init-data-present",
    where: "both",
    base: "tenant",
    change: [
      set(model, annotation(initDataAnnotationKey), Buffer.from('version = "0.1.0"\n').toString("base64")),
      remove(model, annotation(initDataDigestKey)),
    ],
  },
  {
    id: "init-data-swapped-on-the-way",
    threat: "Somebody in the pipeline swaps the init-data for one with a key broker of his own and leaves the digest.",
    attacker: "supplyChain",
    rule: "init-data-digest-matches",
    where: "preview",
    base: "tenant",
    change: [reseal(model, /kbs\.acme-models\.example/g, "kbs.attacker.example", { digest: false })],
  },
  {
    id: "digest-of-another-release",
    threat: "Last month's digest beside this month's init-data makes reviewers approve what they have not read.",
    attacker: "carelessEngineer",
    rule: "init-data-digest-matches",
    where: "preview",
    base: "tenant",
    change: [set(model, annotation(initDataDigestKey), "9bdedc0c".repeat(8))],
  },
  {
    id: "shell-in-the-guest",
    threat: "The agent policy lets the host run any program in the container, a shell for instance.",
    attacker: "providerInsider",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [reseal(model, "default ExecProcessRequest := false", "default ExecProcessRequest := true")],
  },
  {
    id: "second-container-beside-model",
    threat: "A rule that always holds lets the host start a container of its own in the model's virtual machine.",
    attacker: "providerInsider",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [reseal(model, "CreateSandboxRequest if {", "CreateContainerRequest if true\n\nCreateSandboxRequest if {")],
  },
  {
    id: "prompts-read-from-logs",
    threat: "The host streams the model's standard output, where the server prints each prompt.",
    attacker: "providerInsider",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [reseal(model, "default ReadStreamRequest := false", "default ReadStreamRequest := true")],
  },
  {
    id: "policy-replaced-at-run-time",
    threat: "The host hands the running agent another policy, after the attested one has earned the key.",
    attacker: "providerInsider",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [reseal(model, "default SetPolicyRequest := false", "default SetPolicyRequest := true")],
  },
  {
    id: "refusals-only-logged",
    threat: "Left over from debugging, a switch lets each request through that the policy would refuse.",
    attacker: "carelessEngineer",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [
      reseal(model, "default AllowRequestsFailingPolicy := false", "default AllowRequestsFailingPolicy := true"),
    ],
  },
  {
    id: "policy-nobody-asks",
    threat: "A policy in a package that the agent never asks stands there for show, and the guest's default holds.",
    attacker: "carelessEngineer",
    rule: "agent-policy-closed",
    where: "preview",
    base: "tenant",
    change: [reseal(model, "package agent_policy", "package agent")],
  },
  {
    id: "key-broker-in-plain-http",
    threat: "The guest asks for its keys over plain HTTP, and whoever is on the way hands it secrets of his own.",
    attacker: "networkAttacker",
    rule: "guest-key-broker-tls",
    where: "preview",
    base: "tenant",
    change: [reseal(model, /https:\/\/kbs\.acme-models\.example/g, "http://kbs.acme-models.example:8080")],
  },
  {
    id: "second-key-broker",
    threat: "The guest attests to the owner's key broker, but fetches its secrets from somebody else's.",
    attacker: "providerInsider",
    rule: "guest-key-broker-tls",
    where: "preview",
    base: "tenant",
    change: [
      reseal(
        model,
        'name = "cc_kbc"\nurl = "https://kbs.acme-models.example"',
        'name = "cc_kbc"\nurl = "https://kbs.rented.example"',
      ),
    ],
  },
  {
    id: "any-certificate-will-do",
    threat: "Without the key broker's own certificate any public authority can vouch for an impostor.",
    attacker: "networkAttacker",
    rule: "guest-key-broker-tls",
    where: "preview",
    base: "tenant",
    change: [reseal(model, /kbs_cert = """[^"]*"""\n/, "")],
  },
];
