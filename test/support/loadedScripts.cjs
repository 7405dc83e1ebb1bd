// Preloaded into a program under test: writes down every script that V8 parses, whichever loader asked for it. What is
// loaded by import() is not in require.cache.
const { writeFileSync } = require("node:fs");
const { Session } = require("node:inspector");

const scripts = new Set();
const session = new Session();
session.connect();
session.on("Debugger.scriptParsed", ({ params }) => scripts.add(params.url));
session.post("Debugger.enable");
process.on("exit", () => writeFileSync(process.env.LOADED_SCRIPTS, JSON.stringify([...scripts])));
