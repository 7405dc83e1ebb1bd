import { createHash } from "node:crypto";

/**
 * Values that a cloud would make up, from a text: SIMULATED, the same at each run, and known as such by the zeros that
 * they begin with.
 */
export function madeUpHex(seed: string, length: number): string {
  const digits = createHash("sha256").update(seed).digest("hex");
  return digits.slice(0, length - zeros(length)).padStart(length, "0");
}

/** `00000000-0000-8000-8…`: of version 8, which is for anybody's own use. */
export function madeUpUuid(seed: string): string {
  const digits = createHash("sha256").update(seed).digest("hex");
  return `00000000-0000-8000-8${digits.slice(0, 3)}-${digits.slice(3, 15)}`;
}

export function madeUpDigits(seed: string, length: number): string {
  const digits = BigInt(`0x${createHash("sha256").update(seed).digest("hex")}`).toString();
  return digits.slice(0, length - zeros(length)).padStart(length, "0");
}

/** A host of 192.0.2.0/24, which is for documentation and leads nowhere (RFC 5737). */
export function madeUpAddress(seed: string): string {
  return `192.0.2.${(parseInt(madeUpHex(seed, 4), 16) % 254) + 1}`;
}

/** The end of a name that Pulumi's providers make random: short ones are all digits. */
export function suffix(urn: string, length: number): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, length);
}

const zeros = (length: number) => (length >= 16 ? Math.floor(length / 4) : 0);
