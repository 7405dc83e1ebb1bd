import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Rehearsal from "../../stacks/rehearsal";
import type * as Load from "../../stacks/config/load";
import type * as Description from "../rehearsal/description";
import type * as HandOver from "../rehearsal/handover";
import type * as Scanner from "../rehearsal/imageScanner";
import type * as OwnerKeys from "../rehearsal/ownerKeys";
import type * as Issue from "../rehearsal/ownerReleases";
import type * as Paths from "../rehearsal/paths";
import type * as Signing from "../rehearsal/signingKeys";
import type * as Documents from "../../components/workload/release/document";
import type * as Open from "../commands/release/open";
import type { Sections, Subject } from "./subjects";

/**
 * What a stack of the sample factory is given, by a tree's own code: keys and releases are made once, in the folder that
 * TRUSTFOUNDRY_HOME names, and a later tree goes on with them. Where it computes other releases than an earlier one, it
 * issues the next ones, as `npm run rehearse` does.
 */
export async function factoryStack(
  tree: string,
  description: string,
  stack: Extract<Subject, { kind: "factory" }>["stack"],
): Promise<{ readonly sections: Sections; readonly secrets?: unknown }> {
  const load = createRequire(join(tree, "package.json"));
  const module = <T>(path: string) => load(join(tree, path)) as T;
  const factory = module<typeof Description>("tooling/rehearsal/description").readDescription(description);
  const paths = new (module<typeof Paths>("tooling/rehearsal/paths").InstancePaths)("previews");
  const owner = factory.parties.modelOwner;
  const keys = await module<typeof OwnerKeys>("tooling/rehearsal/ownerKeys").ownerKeys(paths.party(owner), factory);
  const { signingKeys, signerPolicy } = module<typeof Signing>("tooling/rehearsal/signingKeys");
  const signing = signingKeys(paths, factory.parties);
  const material = { keyBrokerCa: keys.caCertificate, signers: signerPolicy(signing), releases: paths.releases(owner) };
  const { deriveStacks } = module<typeof Rehearsal>("stacks/rehearsal");
  const trust = module<typeof Load>("stacks/config/load").parseAs("trust", deriveStacks(factory, material).trust);
  await module<typeof Issue>("tooling/rehearsal/ownerReleases").issueReleases(trust, signing, new Date());
  const scanner = module<typeof Scanner>("tooling/rehearsal/imageScanner").imageScanner(paths, factory);
  const derived = deriveStacks(factory, { ...material, acceptance: scanner.acceptance(material.releases) });
  if (stack === "trust") return { sections: derived.trust, secrets: keys.secrets };
  const [provider] = factory.providers;
  const own = provider && derived.providers[provider.name];
  if (!own) throw new Error("the sample factory has no provider");
  if (stack === "infrastructure") return { sections: own.infrastructure };
  const { documentFileName, documentText } = module<typeof Documents>("components/workload/release/document");
  const { openRelease } = module<typeof Open>("tooling/commands/release/open");
  const outputs = Object.fromEntries(
    factory.models.map(({ name, providers }) => {
      const { document, digest } = openRelease(join(material.releases, documentFileName(name)));
      return [name, { file: documentText(document), digest, providers }];
    }),
  );
  const { handOver } = module<typeof HandOver>("tooling/rehearsal/handover");
  const attest = ({ file }: { file: string }) => scanner.attest(provider.name, file, new Date());
  return { sections: own.workloads(handOver(outputs, provider.name, paths.inbox(provider.name), attest)) };
}
