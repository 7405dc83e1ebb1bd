import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../support/factory";
import { tryPartner } from "./harness";
import type { PartnerCase } from "./partnerCase";

// Every template by the real engine, on real API servers whose nodes are simulated. One file, so that control planes come
// one after the other. A template without a case, `<partner>.ts` beside this file with an export of that name, fails.

for (const partner of readdirSync(join(root, "stacks", "partners")))
  describe(`the template ${partner}`, async () => {
    if (!existsSync(join(root, "test/acceptance/partners", `${partner}.ts`)))
      return void it("has a case", () => expect.fail(`write test/acceptance/partners/${partner}.ts`));
    const module = (await import(/* @vite-ignore */ `./${partner}.ts`)) as Readonly<Record<string, PartnerCase>>;
    const found = module[partner];
    if (!found) throw new Error(`test/acceptance/partners/${partner}.ts exports no ${partner}`);
    tryPartner(found);
  });
