import type { Exception } from "../../policies/exceptions";
import type { Change, Location } from "./change";
import { directions } from "./change";
import { compareExceptions, describeException, stateOf } from "./compareExceptions";
import type { ExceptionState } from "./compareExceptions";
import { compareGuards } from "./compareGuards";
import { compareReleases } from "./compareReleases";
import { compareRules } from "./compareRules";
import { compareSigners } from "./compareSigners";
import type { Baseline } from "./compareViolations";
import { baselineOf, compareViolations } from "./compareViolations";
import { YamlLines, keysOf, settingOf } from "./locations";
import { byText, sortedBy, unique } from "./text";
import type { FileView, ManifestView, NotYetKnown, ReviewedRule, SideView, StackView, Violation } from "./types";

export interface FoundViolation extends Violation {
  /** Stack, or file of a manifest. */
  readonly subject: string;
  readonly baseline: Baseline;
  readonly location: Location;
}

export interface FoundException {
  readonly subject: string;
  readonly exception: Exception;
  readonly state: ExceptionState;
  /** What it lets pass, as `resource, path`. */
  readonly uses: readonly string[];
  readonly location: Location;
}

export interface Refusal {
  readonly subject: string;
  readonly text: string;
  readonly location: Location;
}

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
    ...compareExceptions(before?.exceptions ?? [], after?.exceptions ?? [], rules).map(({ exception, ...change }) => ({
      ...change,
      subject: stackName,
      location: after && exceptionPlace(lines, after.exceptions, exception),
    })),
  ];
}

function stackOf(view: FileView | undefined, name: string): StackView {
  const nothing = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };
  return view?.stacks.find((stack) => stack.name === name) ?? { ...nothing, name };
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

function violationsOf(head: SideView, base: SideView): FoundViolation[] {
  const inStacks = head.files.flatMap(({ file, text, stacks }) => {
    const lines = new YamlLines(file, text);
    const before = base.files.find((view) => view.file === file);
    return stacks.flatMap((stack) =>
      stack.violations.map((violation) => ({
        ...violation,
        subject: stack.name,
        baseline: baselineOf(violation, stackOf(before, stack.name).violations),
        location: lines.entryOf(violation.resource, stack.name),
      })),
    );
  });
  const inManifests = head.manifests.violations.map(({ file, document, at, ...violation }) => ({
    ...violation,
    subject: file,
    baseline: baselineOf(violation, base.manifests.violations),
    location: new YamlLines(file, head.manifests.texts[file] ?? "").at([...at, ...keysOf(violation.path)], document),
  }));
  return [...inStacks, ...inManifests];
}

function refusalsOf(side: SideView): Refusal[] {
  const inStacks = side.files.flatMap(({ file, text, stacks }) => {
    const lines = new YamlLines(file, text);
    return stacks.flatMap(({ name, refusals }) =>
      refusals.map((refusal) => {
        const setting = settingOf(refusal);
        return {
          subject: name,
          text: refusal,
          location: setting ? lines.at(setting) : lines.entryOf(refusal.split(":")[0] ?? "", name),
        };
      }),
    );
  });
  const inManifests = side.manifests.refusals.map(({ file, line, problem }) => ({
    subject: file,
    text: problem,
    location: { file, line, exact: true },
  }));
  // The same mistake in a rehearsal's file stops several of its stacks.
  const same = new Map<string, Refusal>();
  for (const refusal of [...inStacks, ...inManifests]) {
    const key = `${refusal.location.file}\0${refusal.text}`;
    const former = same.get(key);
    same.set(key, former ? { ...refusal, subject: `${former.subject}, ${refusal.subject}` } : refusal);
  }
  return sortedBy(same.values(), ({ subject, text }) => `${subject}\0${text}`);
}

function exceptionsOf(head: SideView, today: string): FoundException[] {
  return head.files
    .flatMap(({ file, text, stacks, exceptions }) => {
      const lines = new YamlLines(file, text);
      return exceptions.map((exception) => {
        const uses = unique(
          stacks.flatMap(({ exceptionUses }) =>
            exceptionUses
              .filter(
                (use) =>
                  use.rule === exception.rule &&
                  use.resource === exception.resource &&
                  (exception.path ?? use.path) === use.path,
              )
              .map(({ resource, path }) => (path === "" ? resource : `${resource}, ${path}`)),
          ),
        );
        return {
          subject: file,
          exception,
          uses,
          state: stateOf(exception, uses.length > 0, today),
          location: exceptionPlace(lines, exceptions, exception),
        };
      });
    })
    .sort((a, b) => byText(describeException(a.exception), describeException(b.exception)));
}

/** An exception that is there no more has no line. */
function exceptionPlace(lines: YamlLines, exceptions: readonly Exception[], exception: Exception): Location {
  const index = exceptions.indexOf(exception);
  return lines.at(["config", "trustfoundry:exceptions", ...(index < 0 ? [] : [index])]);
}
