import type { Exception } from "../../policies/exceptions";
import type { Change } from "./change";
import type { ReviewedRule } from "./types";

type ExceptionChange = Omit<Change, "subject" | "location"> & { readonly exception: Exception };

/** Exceptions that are granted, extended, narrowed or given up. */
export function compareExceptions(
  base: readonly Exception[],
  head: readonly Exception[],
  rules: readonly ReviewedRule[],
): ExceptionChange[] {
  const about = (exception: Exception) => {
    const rule = rules.find(({ id }) => id === exception.rule);
    return { kind: "exception", exception, pillar: rule?.pillar, protects: rule?.protects ?? [] } as const;
  };
  const find = (list: readonly Exception[], { rule, resource, path }: Exception) =>
    list.find((other) => other.rule === rule && other.resource === resource && other.path === path);
  return [
    ...head.flatMap((exception): ExceptionChange[] => {
      const former = find(base, exception);
      if (!former)
        return [
          { ...about(exception), direction: "weaker", text: `exception granted: ${describeException(exception)}` },
        ];
      if (former.until === exception.until) return [];
      const longer = exception.until > former.until;
      return [
        {
          ...about(exception),
          direction: longer ? "weaker" : "stronger",
          text: `exception ${longer ? "extended" : "shortened"} from ${former.until}: ${describeException(exception)}`,
        },
      ];
    }),
    ...base
      .filter((exception) => !find(head, exception))
      .map((exception): ExceptionChange => ({
        ...about(exception),
        direction: "stronger",
        text: `exception given up: ${describeException(exception)}`,
      })),
  ];
}

export function describeException({ rule, resource, path, until, owner, reason }: Exception): string {
  return `${rule} at ${resource}${path === undefined ? "" : `, ${path}`}, until ${until}; ${owner} answers for it: ${reason}`;
}

export type ExceptionState = "expired" | "expiring" | "used" | "unused";

/** Days before its end from which an exception is called expiring. */
export const expiringDays = 30;

/** `today` as YYYY-MM-DD; nothing else here depends on a clock. */
export function stateOf(exception: Exception, used: boolean, today: string): ExceptionState {
  if (exception.until < today) return "expired";
  const soon = new Date(Date.parse(today) + expiringDays * 86_400_000).toISOString().slice(0, 10);
  if (exception.until <= soon) return "expiring";
  return used ? "used" : "unused";
}
