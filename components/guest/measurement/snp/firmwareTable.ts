import { guidText } from "./guid";

/**
 * The table of GUIDs at the end of an OVMF firmware: where its makers leave what a hypervisor, and a measurement, must
 * know. It ends 32 bytes before the file does; each entry is its data, a 16-bit size of the whole entry and its GUID, so
 * it is read backwards, from a footer that has the size of the whole table.
 *
 * Source: edk2 OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm (edk2-stable202508).
 */
export const tableGuids = {
  footer: "96b582de-1fb2-45f7-baea-a366c55a082d",
  /** u32: guest-physical address of the SEV hashes table; 0 where this firmware checks no hashes. */
  sevHashesTable: "7255371f-3a3b-4b04-927b-1da6efa8d454",
  /** u32: where all vCPUs but the first begin. */
  sevEsResetBlock: "00f771de-1a7e-4fcb-890e-68c77e2fb44e",
  /** u32: distance of the SEV metadata from the end of the file. */
  sevMetadata: "dc886566-984a-4798-a75e-5585a7bf67cc",
} as const;

const afterTable = 32;
const entryHeader = 18;

/** Reads the table from a firmware or its last 64 KiB and more. The data of each entry by GUID, in lower case. */
export function firmwareTable(firmware: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const bytes = Buffer.from(firmware.buffer, firmware.byteOffset, firmware.byteLength);
  let end = bytes.length - afterTable;
  const footer = end >= entryHeader ? readEntryHeader(bytes, end) : undefined;
  if (footer?.guid !== tableGuids.footer)
    throw new Error("firmware: it does not end with a table of GUIDs, so it is no OVMF; name an OVMF file");
  const start = end - footer.size;
  if (footer.size < entryHeader || start < 0) throw malformed(`its size of ${footer.size} bytes is impossible`);

  const entries = new Map<string, Uint8Array>();
  for (end -= entryHeader; end > start;) {
    if (end - start < entryHeader) throw malformed(`${end - start} bytes at its start belong to no entry`);
    const { guid, size } = readEntryHeader(bytes, end);
    if (size < entryHeader || end - size < start)
      throw malformed(`entry ${guid} has an impossible size of ${size} bytes`);
    // QEMU takes the last of two, other readers the first: what would be measured is not certain.
    if (entries.has(guid)) throw malformed(`entry ${guid} is there twice`);
    entries.set(guid, bytes.subarray(end - size, end - entryHeader));
    end -= size;
  }
  return entries;
}

/** A 32-bit number of the table, or undefined where it has no such entry. */
export function tableNumber(table: ReadonlyMap<string, Uint8Array>, guid: string): number | undefined {
  const data = table.get(guid);
  if (!data) return undefined;
  if (data.length < 4) throw malformed(`entry ${guid} has ${data.length} bytes of data; it needs 4`);
  return Buffer.from(data).readUInt32LE(0);
}

/** The size and GUID that end at this offset. */
function readEntryHeader(bytes: Buffer, end: number): { readonly size: number; readonly guid: string } {
  return { size: bytes.readUInt16LE(end - entryHeader), guid: guidText(bytes.subarray(end - 16, end)) };
}

function malformed(detail: string): Error {
  return new Error(`firmware: its table of GUIDs is damaged (${detail}); use the file as it was released`);
}
