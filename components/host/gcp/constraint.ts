import type { Fact } from "../fact";
import type { Departure } from "../departures";

/** Where in a request something is wrong, and how: the value, what is wrong with it, and what to write instead. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** One row of what Google Cloud is known to demand of a request. */
export interface Constraint<Request> {
  readonly name: string;
  readonly fact: Fact;
  readonly problems: (request: Request) => readonly Problem[];
}

/** A constraint about a single place, which either holds or does not. */
export function constraint<Request>(
  name: string,
  fact: Fact,
  path: string,
  message: (request: Request) => string | false | undefined,
): Constraint<Request> {
  return {
    name,
    fact,
    problems: (request) => {
      const text = message(request);
      return text ? [{ path, message: text }] : [];
    },
  };
}

/** Everything in which a request departs from the constraints; paths begin with `at`. */
export function departuresFrom<Request>(
  constraints: readonly Constraint<Request>[],
  request: Request,
  at: string,
): Departure[] {
  return constraints.flatMap(({ name, fact, problems }) =>
    problems(request).map(({ path, message }) => ({
      constraint: name,
      path: at === "" ? path : `${at}.${path}`,
      message,
      fact,
    })),
  );
}
