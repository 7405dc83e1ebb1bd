import { z } from "zod";
import type { SignedDocument } from "./signedDocument";
import { readSigned } from "./signedDocument";

/**
 * Documents of Intel's provisioning certification service, API version 4: "Get TDX TCB Info" (version 3) and "Get TD QE
 * Identity" (version 2), api.portal.trustedservices.intel.com/content/documentation.html. Members that are not read here
 * are signed all the same.
 */
const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`))
    .transform((text) => text.toLowerCase());
const uint = (largest: number) => z.int().min(0).max(largest);
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text));

/** A status and the advisories behind it. An unknown status is no good one. */
const standing = {
  tcbDate: z.string(),
  tcbStatus: z.string().min(1),
  advisoryIDs: z.array(z.string()).optional(),
};
const enclaveLevel = z.object({ tcb: z.object({ isvsvn: uint(65_535) }), ...standing });
const components = z.array(z.object({ svn: uint(255) })).length(16);
const module = { mrsigner: hex(48), attributes: hex(8), attributesMask: hex(8) };
const issue = { issueDate: date, nextUpdate: date, tcbEvaluationDataNumber: uint(2 ** 31) };

const tcbInfoSchema = z.object({
  id: z.literal("TDX"),
  version: z.literal(3),
  ...issue,
  fmspc: hex(6),
  pceId: hex(2),
  /** How levels compare; 0 is the one way that is defined. */
  tcbType: z.literal(0),
  tdxModule: z.object(module),
  tdxModuleIdentities: z
    .array(z.object({ id: z.string(), ...module, tcbLevels: z.array(enclaveLevel).min(1) }))
    .optional(),
  tcbLevels: z
    .array(
      z.object({
        tcb: z.object({ sgxtcbcomponents: components, pcesvn: uint(65_535), tdxtcbcomponents: components }),
        ...standing,
      }),
    )
    .min(1),
});

const qeIdentitySchema = z.object({
  id: z.literal("TD_QE"),
  version: z.literal(2),
  ...issue,
  miscselect: hex(4),
  miscselectMask: hex(4),
  attributes: hex(16),
  attributesMask: hex(16),
  mrsigner: hex(32),
  isvprodid: uint(65_535),
  tcbLevels: z.array(enclaveLevel).min(1),
});

export type TcbInfo = z.infer<typeof tcbInfoSchema>;
export type QeIdentity = z.infer<typeof qeIdentitySchema>;
export type TcbLevel = TcbInfo["tcbLevels"][number];
export type EnclaveLevel = QeIdentity["tcbLevels"][number];

export function readTcbInfo(bytes: Uint8Array): SignedDocument<TcbInfo> {
  return readSigned(bytes, "tcbInfo", tcbInfoSchema, "TCB information");
}

export function readQeIdentity(bytes: Uint8Array): SignedDocument<QeIdentity> {
  return readSigned(bytes, "enclaveIdentity", qeIdentitySchema, "quoting enclave's identity");
}
