import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { Opa } from "../../rego/opa";

/** What a policy could look beyond its question with: at others, and at this machine's environment. */
const outward = ["http.send", "net.lookup_ip_addr", "opa.runtime"];

interface Capabilities {
  readonly builtins: readonly { readonly name: string }[];
}

/**
 * OPA for policies that somebody else wrote: whoever may write one into a cluster must not thereby read the environment of
 * whoever looks at it, with its passphrases and tokens, and send it away. Such a policy does not load.
 */
export class ConfinedOpa extends Opa {
  private constructor(program: string, modules: Readonly<Record<string, string>>, { builtins, ...rest }: Capabilities) {
    super(program, modules);
    const path = join(this.directory, "capabilities.json");
    const left = builtins.filter(({ name }) => !outward.includes(name));
    writeFileSync(path, JSON.stringify({ ...rest, builtins: left, allow_net: [] }));
    this.flags = ["--capabilities", path];
  }

  static async of(program: string, modules: Readonly<Record<string, string>>): Promise<ConfinedOpa> {
    const { stdout } = await execa(program, ["capabilities", "--current"], { stdin: "ignore" });
    return new ConfinedOpa(program, modules, JSON.parse(stdout) as Capabilities);
  }
}
