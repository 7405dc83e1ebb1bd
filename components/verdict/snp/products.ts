import type { SnpProduct } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";

/** Names as AMD writes them, in certificates and addresses. */
export const productNames = { milan: "Milan", genoa: "Genoa", turin: "Turin" } as const satisfies Record<
  SnpProduct,
  string
>;

/**
 * Whose certificates name what. Bergamo and Siena are Genoa's kin (family 19h, models A0h to AFh) and are certified under
 * its root; certificates of old name a stepping behind the name: `Milan-B0`.
 */
const lines: Readonly<Record<string, SnpProduct>> = {
  Milan: "milan",
  Genoa: "genoa",
  Bergamo: "genoa",
  Siena: "genoa",
  Turin: "turin",
};

/** Families and models by CPUID, as Trustee (deps/verifier/src/snp) and virtee/sev (src/lib.rs) tell them apart. */
const models: readonly {
  readonly family: number;
  readonly from: number;
  readonly to: number;
  readonly is: SnpProduct;
}[] = [
  { family: 0x19, from: 0x00, to: 0x0f, is: "milan" },
  { family: 0x19, from: 0x10, to: 0x1f, is: "genoa" },
  { family: 0x19, from: 0xa0, to: 0xaf, is: "genoa" },
  { family: 0x1a, from: 0x00, to: 0x11, is: "turin" },
];

/** What processor a report says it is of; undefined for version 2, which does not say. */
export function productOfCpu({ cpu }: Pick<SnpReport, "cpu">): SnpProduct | undefined {
  if (!cpu) return undefined;
  const model = models.find(({ family, from, to }) => cpu.family === family && cpu.model >= from && cpu.model <= to);
  if (model) return model.is;
  throw new EvidenceError(
    `SNP report: its processor has family ${hex(cpu.family)} and model ${hex(cpu.model)}, which is no Milan, Genoa or Turin`,
  );
}

/** What processors a certificate says that it is for. */
export function productOfName(name: string): SnpProduct | undefined {
  const line = /^([A-Za-z]+)(-[A-Z][0-9])?$/.exec(name)?.[1];
  return line !== undefined && Object.hasOwn(lines, line) ? lines[line] : undefined;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}
