/** CPUID 1 EAX of a family, model and stepping. Source: AMD publication 25481, CPUID Fn0000_0001_EAX. */
export function signatureOf(family: number, model: number, stepping: number): number {
  const [low, extended] = family > 0xf ? [0xf, family - 0xf] : [family, 0];
  return (extended << 20) | ((model >> 4) << 16) | (low << 8) | ((model & 0xf) << 4) | stepping;
}

const naples = signatureOf(23, 1, 2);
const rome = signatureOf(23, 49, 0);
const milan = signatureOf(25, 1, 1);
const genoa = signatureOf(25, 17, 0);
const turin = signatureOf(26, 0, 0);

/**
 * Signature of each of QEMU's EPYC CPU models (`-cpu`), which its VMSA pages contain. Kata always takes EPYC-v4 for SNP,
 * whatever the host's CPU is. Source: QEMU target/i386/cpu.c, as listed by sev-snp-measure 0.0.13.
 */
export const cpuSignatures: Readonly<Record<string, number>> = {
  EPYC: naples,
  "EPYC-v1": naples,
  "EPYC-v2": naples,
  "EPYC-IBPB": naples,
  "EPYC-v3": naples,
  "EPYC-v4": naples,
  "EPYC-Rome": rome,
  "EPYC-Rome-v1": rome,
  "EPYC-Rome-v2": rome,
  "EPYC-Rome-v3": rome,
  "EPYC-Milan": milan,
  "EPYC-Milan-v1": milan,
  "EPYC-Milan-v2": milan,
  "EPYC-Genoa": genoa,
  "EPYC-Genoa-v1": genoa,
  "EPYC-Turin": turin,
};

/** How many near types a message names. */
const namedTypes = 3;

export function cpuSignature(type: string): number {
  const signature = Object.hasOwn(cpuSignatures, type) ? cpuSignatures[type] : undefined;
  if (signature === undefined)
    throw new Error(`CPU type: "${type}" is not known; write for example ${nearestTypes(type).join(", ")}`);
  return signature;
}

/** Types with most pairs of neighbouring letters in common; of equal ones the first of the list. */
function nearestTypes(type: string): string[] {
  const wanted = pairs(type);
  const likeness = (known: string) => {
    const own = pairs(known);
    return [...own].filter((pair) => wanted.has(pair)).length / (own.size + wanted.size);
  };
  return Object.keys(cpuSignatures)
    .map((known) => ({ known, score: likeness(known) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, namedTypes)
    .map(({ known }) => known);
}

function pairs(text: string): Set<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(lower.length - 1, 0) }, (_, index) => lower.slice(index, index + 2)));
}
