/** Where the model owner's files stand in base `trust`: the object, and the path in it. */
export const broker = "ConfigMap/kbs-configuration";
export const file = ["data", "kbs-config.toml"];
export const service = "ConfigMap/as-configuration";
export const serviceFile = ["data", "as-config.json"];
export const release = "ConfigMap/resource-policy";
export const releaseFile = ["data", "resource-policy.rego"];
export const appraisal = "ConfigMap/attestation-policies";
export const cpu = ["data", "default_cpu.rego"];
