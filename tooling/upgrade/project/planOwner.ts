import { existsSync } from "node:fs";
import { join } from "node:path";
import { documentFileName } from "../../../components/workload/release/document";
import { computedRelease } from "../../../stacks/releases";
import { checkedFile } from "../../configuration";
import { readTrustConfig } from "../../commands/release/configuration";
import { openRelease } from "../../commands/release/open";
import { projectOf } from "../../project";
import { UserError } from "../../ui";
import type { ReleasePair, UpgradePlan } from "../plan";
import { bootsOtherwise, modelChanges, planProblems } from "../plan";

export interface OwnerPlanArgs {
  /** The model owner's Pulumi.<stack>.yaml, as it is to be. */
  readonly config: string;
  /** Folder with the releases in force. */
  readonly dir: string;
  readonly until: string;
}

/** What it takes from the signed releases in force to what the model owner's configuration declares now. Reads files alone. */
export function planForOwner({ config: file, dir, until }: OwnerPlanArgs): {
  readonly plan: UpgradePlan;
  readonly pairs: ReleasePair[];
} {
  const config = readTrustConfig(file);
  const unreleased: string[] = [];
  const pairs = config.models.flatMap((model): ReleasePair[] => {
    const path = join(dir, documentFileName(model.name));
    if (!existsSync(path)) {
      unreleased.push(
        `${model.name}: has no release in ${dir}; issue its first one by itself, or name the folder by --dir`,
      );
      return [];
    }
    const { release: former } = openRelease(path);
    const { history, validity } = former;
    const next = checkedFile(file, () =>
      computedRelease(config, model.name, { history, validity }, undefined, projectOf(file)),
    );
    return [{ former, next, providers: model.providers }];
  });
  const problems = [...unreleased, ...planProblems(pairs, true)];
  if (problems.length > 0)
    throw new UserError("This is no upgrade that can be made step by step:", undefined, problems);
  const models = modelChanges(pairs);
  if (models.length === 0)
    throw new UserError(
      `Nothing to upgrade: the releases in ${dir} say what ${file} declares.`,
      "Change the declarations first; the releases in force stay as they are until then.",
    );
  const providers = [...new Set(models.flatMap((model) => model.providers))].sort().map((name) => {
    const own = models.filter((model) => model.providers.includes(name));
    const boots = pairs.filter((pair) => pair.providers.includes(name) && bootsOtherwise(pair.former, pair.next));
    const profiles = [
      ...new Set(
        boots.map(
          ({ next }) => `${next.guestImage?.name ?? "what was declared"} (${next.guestImage?.profile ?? "no profile"})`,
        ),
      ),
    ];
    return {
      name,
      hosts: [
        ...(profiles.length > 0
          ? [`install what ${boots.map(({ next }) => next.name).join(", ")} boots: ${profiles.join(", ")}`]
          : []),
        ...(own.some(({ causes }) => causes.includes("firmware floor"))
          ? ["bring firmware to what the next releases demand (docs/firmware.md)"]
          : []),
        ...(own.some(({ causes }) => causes.includes("image"))
          ? ["accept the next images beside those in force, where images are accepted by digest"]
          : []),
      ],
      tidy: [],
      rollouts: own.filter(({ rolls }) => rolls).map((model) => model.name),
    };
  });
  const title = `Upgrade of ${config.factory}: from the releases in ${dir} to what ${file} declares`;
  return {
    plan: {
      formatVersion: 1,
      kind: "upgrade",
      title,
      owner: config.parties.modelOwner,
      until,
      models,
      providers,
      keyBroker: [],
    },
    pairs,
  };
}
