import type { MakeArgs } from "../../../tooling/toolchain/makeTool";
import { makeTool } from "../../../tooling/toolchain/makeTool";

/** Makes one tool in a process of its own, so that a test can kill it, or run two. Its argument is MakeArgs as JSON. */
const args = JSON.parse(process.argv[2] ?? "") as MakeArgs;
makeTool({ ...args, onStep: (step) => console.log(`step: ${step}`) }).then(
  ({ path }) => console.log(`made: ${path}`),
  (error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  },
);
