import type { Exception } from "../../policies/exceptions";
import type { Location } from "./change";
import type { ExceptionState } from "./compareExceptions";
import { describeException, stateOf } from "./compareExceptions";
import type { Baseline } from "./compareViolations";
import { baselineOf } from "./compareViolations";
import { YamlLines, keysOf, settingOf } from "./locations";
import { byText, sortedBy, unique } from "./text";
import type { FileView, SideView, StackView, Violation } from "./types";

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

/** What head's stacks and manifests violate, and whether base did as well. */
export function violationsOf(head: SideView, base: SideView): FoundViolation[] {
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

/** Why a side could not be judged whole, each reason once. */
export function refusalsOf(side: SideView): Refusal[] {
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

/** Head's exceptions, each with what it lets pass. */
export function exceptionsOf(head: SideView, today: string): FoundException[] {
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
export function exceptionPlace(lines: YamlLines, exceptions: readonly Exception[], exception: Exception): Location {
  const index = exceptions.indexOf(exception);
  return lines.at(["config", "trustfoundry:exceptions", ...(index < 0 ? [] : [index])]);
}

/** A stack of a file; an empty one where the file, or the stack in it, is not there. */
export function stackOf(view: FileView | undefined, name: string): StackView {
  const nothing = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };
  return view?.stacks.find((stack) => stack.name === name) ?? { ...nothing, name };
}
