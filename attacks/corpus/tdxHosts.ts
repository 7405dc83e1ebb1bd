import type { RuleAttack } from "../attack";
import { remove, replace } from "../change";

const settings = "ConfigMap/tdx-host-settings";

/** What TDX hosts are given for their quotes. */
export const tdxHosts: readonly RuleAttack[] = [
  {
    id: "quotes-for-every-guest",
    threat: "A guest of another tenant keeps the host's quote service busy over vsock, and nobody else's models start.",
    attacker: "maliciousTenant",
    rule: "tdx-quotes-by-socket",
    where: "preview",
    base: "tdx",
    change: [replace(settings, ["data", "qgs.conf"], "number_threads", "port = 4050\nnumber_threads")],
  },
  {
    id: "certificates-from-whoever-answers",
    threat: "Somebody between hosts and their certificate cache answers for it, since its certificate is not checked.",
    attacker: "networkAttacker",
    rule: "tdx-certificates-verified",
    where: "preview",
    base: "tdx",
    change: [
      replace(settings, ["data", "sgx_default_qcnl.conf"], '"use_secure_cert": true', '"use_secure_cert": false'),
    ],
  },
  {
    id: "registration-left-to-the-default",
    threat: "Registration is not said, and hosts wait for certificates that nobody knows to bring.",
    attacker: "carelessEngineer",
    rule: "tdx-registration-said",
    where: "preview",
    base: "tdx",
    change: [remove("TdxQuoteGenerationService/intel-tdx-dcap", "spec.platformRegistration")],
  },
  {
    id: "intel-key-in-the-open",
    threat: "The key of Intel's service lies in a ConfigMap, and a reader registers platforms in the provider's name.",
    attacker: "brokenApplication",
    rule: "pccs-credentials-secret",
    where: "preview",
    base: "tdx",
    change: [
      replace("ConfigMap/pccs-settings", ["data", "default.json"], '"ApiKey": ""', '"ApiKey": "aaaaaaaaaaaaaaaa"'),
    ],
  },
];
