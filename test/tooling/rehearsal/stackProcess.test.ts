import { expect, it } from "vitest";
import { StackProcess } from "../../../tooling/rehearsal/stackProcess";
import type { StackSettings } from "../../../tooling/rehearsal/stackRunner";
import { UserError } from "../../../tooling/ui";

const place = { stackName: "acme-trust", party: "acme", directory: "/x", passphraseFile: "/x/p", kubeconfig: "/x/k" };
const settings: StackSettings = { place, engine: { pulumiRoot: "/x", binDir: "/x" }, config: {}, policyPacks: [] };

it("says that a stack's process has ended, when it is asked and when it was before", async () => {
  const stack = new StackProcess(settings);
  const running = stack.run("preview").catch((error: unknown) => error);
  stack.close();
  const said = await running;
  const again = await stack.run("up").catch((error: unknown) => error);
  for (const error of [said, again]) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: "The process of stack acme-trust was ended by SIGKILL.",
      hint: "Run the command again; it continues where it stopped.",
    });
  }
});
