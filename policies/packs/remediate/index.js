// Started by Pulumi in this directory; everything that it needs lies in the checkout's own node_modules.
require("tsx/cjs");
require("./pack.ts").serve();
