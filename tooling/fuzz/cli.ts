import { Command, InvalidArgumentError } from "commander";
import { UserError, duration, runMain } from "../ui";
import { campaign } from "./campaign";

/** `npm run fuzz`: asks wrong configurations by the thousand, and says which were answered wrongly. */
async function main(): Promise<void> {
  const whole = (text: string) => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("write a whole number");
    return Number(text);
  };
  const program = new Command("fuzz")
    .description("asks wrong configurations by the thousand: each is answered, or refused by one clear message")
    .option("--count <number>", "how many", whole, 10_000)
    .option("--seed <number>", "the same seed makes the same ones; default: by chance", whole)
    .option("--first <number>", "index of the first one, to ask a single one again with --count 1", whole, 0)
    .action((options: { count: number; seed?: number; first: number }) => {
      const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
      console.log(`Seed ${seed}.`);
      const began = performance.now();
      const { accepted, refused, findings, slowest } = campaign(seed, options.count, options.first);
      for (const { title, faults } of findings)
        console.log(`✗ ${title}\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
      console.log("Slowest:");
      for (const { title, milliseconds } of slowest) console.log(`  ${Math.round(milliseconds)} ms  ${title}`);
      console.log(
        `${accepted} accepted, ${refused} refused, ${findings.length} wrongly, in ${duration((performance.now() - began) / 1000)}`,
      );
      if (findings.length > 0)
        throw new UserError(
          `${findings.length} of ${options.count} inputs were answered wrongly.`,
          `Repeat them with --seed ${seed}.`,
        );
    });
  await program.parseAsync();
}

void runMain(main);
