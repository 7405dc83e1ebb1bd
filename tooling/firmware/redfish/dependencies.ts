import type { AttributeValue } from "../../../components/host/firmware/plan";
import type { Dependency, RegistryEntry } from "./schemas";

type Values = Readonly<Record<string, AttributeValue>>;

/**
 * Names of attributes that cannot be written now, by the registry's own say and by its dependencies (DSP0268,
 * AttributeRegistry: Dependencies, Type Map). Of those only what decides about `ReadOnly` and `GrayOut` is followed.
 * They are evaluated by the values in force, since a parent counts once it is applied; and by what is pending, since some
 * parents close their children at once (Dell's SgxFactoryReset).
 */
export function closedAttributes(
  entries: readonly RegistryEntry[],
  dependencies: readonly Dependency[],
  current: Values,
  pending: Values,
): ReadonlySet<string> {
  const closed = new Set(
    entries.filter(({ ReadOnly, GrayOut }) => ReadOnly || GrayOut).map(({ AttributeName }) => AttributeName),
  );
  const byName = new Map(entries.map((entry) => [entry.AttributeName, entry]));
  for (const { Type, DependencyFor, Dependency: map } of dependencies) {
    const name = map?.MapToAttribute ?? DependencyFor;
    const property = map?.MapToProperty;
    if (Type !== "Map" || !map || !name || (property !== "ReadOnly" && property !== "GrayOut")) continue;
    const before = holds(map.MapFrom ?? [], byName, current);
    const after = holds(map.MapFrom ?? [], byName, { ...current, ...pending });
    if (map.MapToValue === true) {
      if (before === true || after === true) closed.add(name);
    } else if (map.MapToValue === false && before === true && after === true) closed.delete(name);
  }
  return closed;
}

type Terms = NonNullable<NonNullable<Dependency["Dependency"]>["MapFrom"]>;

/** Terms are joined from left to right. Undefined where one speaks of what is not there, or in words not known. */
function holds(terms: Terms, byName: ReadonlyMap<string, RegistryEntry>, values: Values): boolean | undefined {
  let result: boolean | undefined;
  for (const [index, term] of terms.entries()) {
    const truth = termHolds(term, byName, values);
    if (truth === undefined) return undefined;
    // DMTF puts the word that joins a term to the one before it onto the later term; AND where it is left out.
    result = index === 0 ? truth : term.MapTerms === "OR" ? result || truth : result && truth;
  }
  return result;
}

function termHolds(
  term: Terms[number],
  byName: ReadonlyMap<string, RegistryEntry>,
  values: Values,
): boolean | undefined {
  const { MapFromAttribute: name, MapFromProperty: property, MapFromCondition: condition, MapFromValue: wanted } = term;
  if (!name || wanted === undefined || wanted === null) return undefined;
  const value = property === "CurrentValue" ? values[name] : propertyOf(byName.get(name), property);
  if (value === undefined) return undefined;
  switch (condition) {
    case "EQU":
      return String(value) === String(wanted);
    case "NEQ":
      return String(value) !== String(wanted);
    case "GTR":
      return Number(value) > Number(wanted);
    case "GEQ":
      return Number(value) >= Number(wanted);
    case "LSS":
      return Number(value) < Number(wanted);
    case "LEQ":
      return Number(value) <= Number(wanted);
    default:
      return undefined;
  }
}

function propertyOf(entry: RegistryEntry | undefined, property: string | null | undefined): AttributeValue | undefined {
  if (!entry) return undefined;
  if (property === "ReadOnly" || property === "GrayOut" || property === "Hidden") return entry[property] ?? false;
  return undefined;
}
