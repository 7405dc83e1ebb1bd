#!/usr/bin/env node
// `npx trustfoundry <command>` of an installed package. The catalog of digests is a program of its own.
import { requireNode, start } from "./start.mjs";

requireNode();
const [command, ...rest] = process.argv.slice(2);
if (command === "catalog") start("tooling/catalog/cli.ts", rest);
else start("tooling/commands/cli.ts", process.argv.slice(2));
