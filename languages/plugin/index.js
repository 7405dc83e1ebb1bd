// Started by Pulumi in this directory; everything that it needs lies in the package's own node_modules.
require("tsx/cjs");
require("../host.ts").serve(process.argv.slice(2));
