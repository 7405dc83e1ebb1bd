/** Label of every node here: the node is the TEE, not the pod on it. */
export const isolationUnitLabel = { "trustfoundry.dev/isolation-unit": "node" } as const;
