import type { StackValidationPolicy } from "@pulumi/policy";
import type { Exception } from "./exceptions";
import { exceptionFor, exceptionProblems } from "./exceptions";
import type { Finding } from "./place";
import type { Level, Resource, Rule } from "./rule";

interface Use {
  readonly exception: Exception;
  readonly urn: string | undefined;
  readonly finding: Finding;
}

/** What a pack knows of a stack's exceptions while the engine asks it about one resource after the other. */
export class ExceptionBook {
  private readonly uses: Use[] = [];

  constructor(
    private readonly exceptions: readonly Exception[],
    private readonly now: Date,
  ) {}

  /** Whether the finding is borne; notes the use. */
  covers(rule: Rule, resource: Resource, finding: Finding): boolean {
    const exception = exceptionFor(this.exceptions, rule, resource, finding, this.now);
    const known = this.uses.some(
      (use) => use.exception === exception && use.urn === resource.urn && use.finding.path === finding.path,
    );
    if (exception && !known) this.uses.push({ exception, urn: resource.urn, finding });
    return exception !== undefined;
  }

  /** Two policies that stand last in a pack: what is wrong with exceptions is refused, every use is shown. */
  policies(ruleIds: readonly string[], level: Level): StackValidationPolicy[] {
    return [
      {
        name: "exceptions-current",
        description: "Exceptions name a rule of the pack and a day that is not past, and are used.",
        enforcementLevel: level,
        severity: "high",
        validateStack: (_, report) => {
          for (const problem of exceptionProblems(this.exceptions, ruleIds, this.now)) report(problem);
        },
      },
      {
        name: "exceptions-used",
        description: "An exception lets a violation pass.",
        enforcementLevel: "advisory",
        severity: "medium",
        validateStack: (_, report) => {
          for (const { exception, urn, finding } of this.uses) report(useMessage(exception, finding), urn);
          for (const exception of this.unused()) report(unusedMessage(exception));
        },
      },
    ];
  }

  private unused(): Exception[] {
    return this.exceptions.filter((exception) => !this.uses.some((use) => use.exception === exception));
  }
}

export function useMessage({ rule, until, owner, reason }: Exception, { path, message }: Finding): string {
  return `${rule}: ${path === "" ? "the resource" : path}: ${message}. Borne until ${until}; ${owner} answers for it: ${reason}`;
}

function unusedMessage({ rule, resource }: Exception): string {
  return `${rule}: nothing at ${resource} needs the exception; remove it`;
}
