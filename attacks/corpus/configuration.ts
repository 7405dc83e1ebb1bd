import type { ConfigurationAttack } from "../attack";

/** Settings that never get as far as a resource: the schema of the stack configuration refuses them. */
export const configuration: readonly ConfigurationAttack[] = [
  {
    id: "unknown-setting",
    threat: "A setting that nobody reads gives its author the feeling of having closed something.",
    attacker: "carelessEngineer",
    blockedBy: "configuration",
    set: [{ path: ["attestation", "keyBroker", "adminApi"], value: "open" }],
    expect: "trustfoundry:attestation.keyBroker.adminApi",
  },
  {
    id: "verifier-that-says-yes",
    threat: "A made-up verifier for GPU evidence is named, in the hope that it affirms whatever it is shown.",
    attacker: "supplyChain",
    blockedBy: "configuration",
    set: [{ path: ["attestation", "nvidiaVerifier"], value: "none" }],
    expect: "trustfoundry:attestation.nvidiaVerifier",
  },
  {
    id: "key-by-wildcard",
    threat: "A release asks for all keys at once by a wildcard instead of naming its own.",
    attacker: "maliciousTenant",
    blockedBy: "configuration",
    set: [{ path: ["models", 0, "keys"], value: ["acme/model-key/*"] }],
    expect: "trustfoundry:models[0].keys[0]",
  },
  {
    id: "no-guests-named",
    threat: "The ranges that guests come from are left out, and the key broker would be closed to all or open to all.",
    attacker: "carelessEngineer",
    blockedBy: "configuration",
    set: [{ path: ["attestation", "keyBroker", "clientCidrs"], value: [] }],
    expect: "trustfoundry:attestation.keyBroker.clientCidrs",
  },
  {
    id: "tee-that-does-not-exist",
    threat: "A TEE of the first generation, whose memory the host could replay, is asked for by name.",
    attacker: "carelessEngineer",
    blockedBy: "configuration",
    set: [{ path: ["models", 0, "tee"], value: "sev" }],
    expect: "trustfoundry:models[0].tee",
  },
  {
    id: "devtools-in-the-description",
    threat: "A host is described with its GPUs in devtools mode, to be debugged while customers use it.",
    attacker: "providerInsider",
    blockedBy: "configuration",
    set: [{ path: ["providers", 0, "hosts", 0, "ccMode"], value: "devtools" }],
    expect: "trustfoundry:providers[0].hosts[0].ccMode",
  },
];
