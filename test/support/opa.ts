import { execa } from "execa";
import { Opa as Engine } from "../../tooling/rego/opa";

/** The real OPA, which says of a policy also whether it is well written. */
export class Opa extends Engine {
  /** Fails with OPA's own words where a module is not valid Rego. */
  async check(): Promise<void> {
    const flags = this.flags.filter((flag) => flag !== "--strict");
    await execa(this.program, ["check", "--strict", ...flags, this.directory]);
  }
}
