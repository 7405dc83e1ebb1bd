// SIMULATED. Stands in for a provider's plugin that is not at hand, or would ask a cloud or a registry: takes inputs as
// they are and changes nothing anywhere. Policies see the same inputs from it as from the real one.
const { main } = require("@pulumi/pulumi/provider");

main(
  {
    // Newer than any that an SDK asks for.
    version: "999.0.0",
    check: (_urn, _olds, news) => Promise.resolve({ inputs: news }),
    diff: () => Promise.resolve({}),
  },
  process.argv.slice(2),
);
