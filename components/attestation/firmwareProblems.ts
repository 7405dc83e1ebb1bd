/** Bit 29 of a TD's attributes, in their fourth byte: Intel TDX Module ABI, ATTRIBUTES.MIGRATABLE. */
const migratable = 0x20;

/** TD attributes, 8 bytes as hex, that would let the host in. The first byte is the debug group: any bit of it opens the guest. */
export function attributeProblems(accepted: readonly string[]): string[] {
  return accepted.flatMap((attributes) => {
    if (!attributes.startsWith("00"))
      return [`TD attributes ${attributes} are those of a guest open to debugging; write 0000001000000000`];
    if (parseInt(attributes.slice(6, 8), 16) & migratable)
      return [`TD attributes ${attributes} let a migration TD take the guest's memory out; write 0000001000000000`];
    return [];
  });
}
