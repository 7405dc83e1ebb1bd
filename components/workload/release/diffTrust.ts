import { canonicalJson } from "../../names";
import { changed, listChanges } from "./diffWords";
import type { Release } from "./schema";

/** What evidence has to show of firmware and drivers: floors and lists that were widened or narrowed. */
export function evidenceDifferences(a: Release, b: Release): string[] {
  return [...floors(a, b), ...tdxLists(a, b), ...gpuLists(a, b)];
}

function floors({ tcb: { snp: a } }: Release, { tcb: { snp: b } }: Release): string[] {
  if (!a || !b) return [];
  return (Object.keys(b) as (keyof typeof b)[])
    .filter((component) => a[component] !== b[component])
    .map((component) =>
      a[component] < b[component]
        ? `TCB floor of ${component} raised from ${a[component]} to ${b[component]}: hosts with older firmware are given no keys`
        : `TCB floor of ${component} LOWERED from ${a[component]} to ${b[component]}: hosts with older firmware, and its known holes, are given keys`,
    );
}

function tdxLists({ tcb: { tdx: a } }: Release, { tcb: { tdx: b } }: Release): string[] {
  if (!a || !b) return [];
  const modules =
    a.mrSeam === undefined || b.mrSeam === undefined
      ? a.mrSeam === b.mrSeam
        ? []
        : [
            b.mrSeam
              ? "TDX modules: only those listed now, instead of any that Intel calls UpToDate"
              : "TDX modules: any that Intel calls UpToDate, instead of those listed",
          ]
      : accepted("TDX module", a.mrSeam, b.mrSeam);
  return [...accepted("TD attributes", a.attributes, b.attributes), ...accepted("XFAM", a.xfam, b.xfam), ...modules];
}

function gpuLists({ gpuClaims: a }: Release, { gpuClaims: b }: Release): string[] {
  return [
    ...accepted("GPU driver", a.drivers, b.drivers),
    ...accepted("VBIOS", a.vbios, b.vbios),
    ...accepted("NVSwitch BIOS", a.switchBios ?? [], b.switchBios ?? []),
  ];
}

function accepted(what: string, a: readonly string[], b: readonly string[]): string[] {
  const changes = listChanges(a, b).map(({ added, item }) =>
    added
      ? `${what} ${item} accepted now: guests with it are given keys`
      : `${what} ${item} no longer accepted: guests with it are given no keys`,
  );
  return changes.length === 0 && canonicalJson(a) !== canonicalJson(b)
    ? [`${what}: the same values in another order`]
    : changes;
}

/** What a guest may be given, and by which key clients know it. */
export function accessDifferences(a: Release, b: Release): string[] {
  const resources = listChanges(a.resources, b.resources).map(({ added, item }) =>
    added ? `resource ${item} may be given to its guests now` : `resource ${item} is no longer given to its guests`,
  );
  const reordered = resources.length === 0 && canonicalJson(a.resources) !== canonicalJson(b.resources);
  return [...(reordered ? ["resources: the same in another order"] : resources), ...servingKey(a, b)];
}

function servingKey({ servingKey: a }: Release, { servingKey: b }: Release): string[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  if (!b)
    return ["serving key: none any more; clients cannot tell by their TLS connection that the attested guest answers"];
  return [changed("serving key", a, b, "clients have to expect this key of the TLS connection")];
}
