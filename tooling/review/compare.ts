import type { Exception } from "../../policies/exceptions";
import { appliesTo } from "../../policies/isolation";
import type { Change, Location } from "./change";
import { directions } from "./change";
import { compareExceptions } from "./compareExceptions";
import { compareGuards } from "./compareGuards";
import { compareIsolation, unitOf } from "./compareIsolation";
import { compareReleases } from "./compareReleases";
import { compareRules } from "./compareRules";
import { compareSettings } from "./compareSettings";
import { compareSigners } from "./compareSigners";
import { baselineOf, compareViolations } from "./compareViolations";
import type { FoundException, FoundViolation, Refusal } from "./found";
import { exceptionPlace, exceptionsOf, refusalsOf, stackOf, violationsOf } from "./found";
import { YamlLines, keysOf } from "./locations";
import type { Simulated } from "./simulated";
import { simulatedIn } from "./simulated";
import { sortedBy, unique } from "./text";
import type { FileView, ManifestView, NotYetKnown, ReviewedRule, SideView, StackView, Violation } from "./types";

/** All that a review has to say; every report is made of this. */
export interface Review {
  readonly base: string;
  readonly head: string;
  readonly pack: string;
  readonly stacks: readonly string[];
  readonly changes: readonly Change[];
  readonly violations: readonly FoundViolation[];
  /** Why head could not be judged whole. */
  readonly refusals: readonly Refusal[];
  /** Why base could not be: what head changes is then not known whole. */
  readonly baseRefusals: readonly Refusal[];
  readonly exceptions: readonly FoundException[];
  readonly notYetKnown: readonly (NotYetKnown & { readonly subject: string })[];
  readonly unseen: readonly { readonly subject: string; readonly setting: string }[];
  /** Where clouds were stood in for. */
  readonly simulated: readonly Simulated[];
  readonly rules: readonly ReviewedRule[];
  /** Parts of the project that judge, and differ between base and head. */
  readonly judgesChanged: readonly string[];
}

export interface CompareArgs {
  readonly base: SideView;
  readonly head: SideView;
  readonly pack: string;
  /** Head as base's rules see it, where the rules differ. */
  readonly headByFormerRules?: SideView;
  readonly judgesChanged: readonly string[];
  /** YYYY-MM-DD: what exceptions are dated against. */
  readonly today: string;
}

export function compare({ base, head, pack, headByFormerRules, judgesChanged, today }: CompareArgs): Review {
  const rules = sortedBy(
    new Map([...base.rules, ...head.rules].map((rule) => [rule.id, rule])).values(),
    ({ id }) => id,
  );
  const files = unique([...base.files, ...head.files].map(({ file }) => file)).map((file) => ({
    file,
    before: base.files.find((view) => view.file === file),
    after: head.files.find((view) => view.file === file),
  }));
  const changes = [
    ...files.flatMap(({ file, before, after }) =>
      compareFiles({ before, after, former: headByFormerRules?.files.find((view) => view.file === file) }, rules),
    ),
    ...compareManifests(base.manifests, head.manifests, rules),
    ...compareRules(base.rules, head.rules).map((change) => ({ ...change, subject: "policies" })),
    ...onlyByFormerRules(head, headByFormerRules, rules),
  ];
  return {
    base: base.label,
    head: head.label,
    pack,
    stacks: unique([...base.files, ...head.files].flatMap(({ stacks }) => stacks.map(({ name }) => name))),
    changes: sortedBy(changes, sortKey),
    violations: sortedBy(violationsOf(head, base), ({ level, subject, rule, resource, path }) =>
      [level === "mandatory" ? "0" : "1", subject, rule, resource, path].join("\0"),
    ),
    refusals: refusalsOf(head),
    baseRefusals: refusalsOf(base),
    exceptions: exceptionsOf(head, today),
    notYetKnown: head.files.flatMap(({ stacks }) =>
      stacks.flatMap(({ name, notYetKnown }) =>
        sortedBy(
          new Map(notYetKnown.map((item) => [JSON.stringify(item), { ...item, subject: name }])).values(),
          ({ rule, resource, path }) => `${rule}\0${resource}\0${path}`,
        ),
      ),
    ),
    unseen: head.files.flatMap(({ file, unseen }) => unseen.map((setting) => ({ subject: file, setting }))),
    simulated: simulatedIn(base, head),
    rules,
    judgesChanged,
  };
}

function sortKey({ direction, pillar, kind, subject, text }: Change): string {
  return [String(directions.indexOf(direction)), pillar ?? "~", kind, subject, text].join("\0");
}

/** One stack file in base and head, and in head by base's rules, where these differ. */
interface FileViews {
  readonly before: FileView | undefined;
  readonly after: FileView | undefined;
  readonly former: FileView | undefined;
}

function compareFiles({ before, after, former }: FileViews, rules: readonly ReviewedRule[]): Change[] {
  const file = after?.file ?? before?.file ?? "";
  const lines = new YamlLines(file, after?.text ?? "");
  const stackName = /^Pulumi\.(.*)\.ya?ml$/.exec(file)?.[1] ?? file;
  const atEntry = (resource: string, stack = "") => (after ? lines.entryOf(resource, stack) : undefined);
  const whole: Change[] =
    before && after
      ? []
      : [
          {
            kind: "stack",
            direction: "changed",
            protects: [],
            subject: stackName,
            text: after ? "new stack" : "the stack's file is gone: nothing looks at it any more",
            ...(after && { location: { file, line: 1, exact: true } }),
          },
        ];
  const names = unique([...(before?.stacks ?? []), ...(after?.stacks ?? [])].map(({ name }) => name));
  const inStacks = names.flatMap((name) => {
    const [a, b] = [stackOf(before, name), stackOf(after, name)];
    // A preview that stopped has not seen everything: what is missing of it would be called removed.
    if (!isWhole(a) || !isWhole(b) || stopped(before, name) || stopped(after, name)) return [];
    const notMended = (violation: Violation) =>
      rules.some((rule) => rule.id === violation.rule && !appliesTo(rule, unitOf(after?.isolationUnit))) ||
      isBorne(violation, after?.exceptions ?? []) ||
      baselineOf(violation, stackOf(former, name).violations) === "unchanged";
    return compareStacks(a, b, notMended, rules).map(({ resource, ...change }) => ({
      ...change,
      subject: name,
      location: atEntry(resource, name),
    }));
  });
  const refused = [before, after].some((view) => view?.stacks.some((stack) => !isWhole(stack)));
  return [
    ...whole,
    ...inStacks,
    ...(refused ? [] : compareReleases(before?.releases ?? [], after?.releases ?? [])).map(
      ({ model, text, ...change }) => ({
        ...change,
        subject: stackName,
        text: `${model}: ${text}`,
        location: atEntry(model),
      }),
    ),
    ...compareSigners(before?.signers, after?.signers).map((change) => ({
      ...change,
      subject: stackName,
      location: after && lines.at(["config", "trustfoundry:signers"]),
    })),
    ...compareSettings(before?.settings, after?.settings).map(({ place: [section = "", ...rest], ...change }) => ({
      ...change,
      subject: stackName,
      location: lines.at(["config", `trustfoundry:${section}`, ...rest]),
    })),
    ...(before && after ? compareIsolation(before.isolationUnit, after.isolationUnit, rules) : []).map((change) => ({
      ...change,
      subject: stackName,
      location: lines.at(["config", "trustfoundry:isolationUnit"]),
    })),
    ...compareExceptions(before?.exceptions ?? [], after?.exceptions ?? [], rules).map(({ exception, ...change }) => ({
      ...change,
      subject: stackName,
      location: after && exceptionPlace(lines, after.exceptions, exception),
    })),
  ];
}

/** Whether the file was refused before it came to this stack. */
function stopped(view: FileView | undefined, name: string): boolean {
  return view !== undefined && !view.stacks.every(isWhole) && !view.stacks.some((stack) => stack.name === name);
}

function isWhole({ refusals }: StackView): boolean {
  return refusals.length === 0;
}

function isBorne({ rule, resource, path }: Violation, exceptions: readonly Exception[]): boolean {
  return exceptions.some((item) => item.rule === rule && item.resource === resource && (item.path ?? path) === path);
}

function compareStacks(
  a: StackView,
  b: StackView,
  notMended: (violation: Violation) => boolean,
  rules: readonly ReviewedRule[],
) {
  return [
    ...compareViolations(a.violations, b.violations, notMended, rules).map(({ violation, ...change }) => ({
      ...change,
      resource: violation.resource,
    })),
    // What a new stack guards and allows is no change of anything that was there.
    ...(a.resources.length === 0 ? [] : compareGuards(a.resources, b.resources)),
  ];
}

function compareManifests(before: ManifestView, after: ManifestView, rules: readonly ReviewedRule[]): Change[] {
  const lines = (file: string) => new YamlLines(file, after.texts[file] ?? "");
  const subject = "manifests";
  const place = (resource: string): Location | undefined => {
    const found = after.objects.find(({ name }) => name === resource);
    return found && lines(found.file).at(found.at, found.document);
  };
  return [
    ...compareViolations(before.violations, after.violations, () => false, rules).map(({ violation, ...change }) => {
      const found = after.violations.find((item) => item === violation);
      return {
        ...change,
        subject,
        location: found && lines(found.file).at([...found.at, ...keysOf(found.path)], found.document),
      };
    }),
    ...compareGuards(before.objects, after.objects).map(({ resource, ...change }) => ({
      ...change,
      subject,
      location: place(resource),
    })),
  ];
}

/** What base's rules refuse in head, and head's do not: a rule was loosened, whatever its text says. */
function onlyByFormerRules(head: SideView, former: SideView | undefined, rules: readonly ReviewedRule[]): Change[] {
  if (!former) return [];
  return former.files.flatMap(({ file, text, stacks, exceptions }) =>
    stacks.flatMap(({ name, violations }) => {
      const now = stackOf(
        head.files.find((view) => view.file === file),
        name,
      );
      const lines = new YamlLines(file, text);
      return violations
        .filter((violation) => baselineOf(violation, now.violations) === "new")
        .filter((violation) => !isBorne(violation, exceptions))
        .map((violation): Change => {
          const rule = rules.find(({ id }) => id === violation.rule);
          return {
            kind: "rule",
            direction: "weaker",
            pillar: rule?.pillar,
            protects: rule?.protects ?? [],
            subject: name,
            text: `base's rules refuse in head what head's rules let pass: ${violation.rule} at ${violation.resource}: ${violation.message}`,
            location: lines.entryOf(violation.resource, name),
          };
        });
    }),
  );
}
