import { sign } from "node:crypto";
import type { CollateralFile } from "../../components/verdict/context";
import type { PckIdentity } from "../../components/verdict/tdx/pckCertificate";
import type { TestCertificate } from "./authority";
import { simulatedEnclave } from "./encodeTdx";
import type { IntelAuthority } from "./intelAuthority";
import type { TestVendors } from "./vendors";
import { tdxFirmware } from "./vendors";

/** The SIMULATED Intel's one kind of platform. */
export const simulatedPlatform: PckIdentity = {
  ppid: "51".repeat(16),
  fmspc: "515151000000",
  pceId: "0000",
  sgxComponents: [5, 5, 2, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
  pceSvn: 11,
  sgxType: 1,
};

const dayMilliseconds = 86_400_000;
const zeros = (bytes: number) => "00".repeat(bytes);

/** A document's content, as JSON. */
export type Content = Record<string, unknown>;

/** What one issue of a SYNTHETIC Intel's collateral says. */
export interface CollateralContent {
  readonly tcbInfo: Content;
  readonly qeIdentity: Content;
  /** Serial numbers on the lists of the platforms' authority, and of the root. */
  readonly revoked: { readonly platforms: readonly string[]; readonly root: readonly string[] };
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** Collateral of a week ago, good for three more: the platform and its enclave are up to date. */
export function currentContent(now: Date, platform: PckIdentity = simulatedPlatform): CollateralContent {
  const thisUpdate = new Date(now.getTime() - 7 * dayMilliseconds);
  const nextUpdate = new Date(now.getTime() + 21 * dayMilliseconds);
  const issue = { issueDate: stamp(thisUpdate), nextUpdate: stamp(nextUpdate), tcbEvaluationDataNumber: 20 };
  const module = { mrsigner: zeros(48), attributes: zeros(8), attributesMask: "FF".repeat(8) };
  const level = (tdx: string, tcbStatus: string, tcbDate: string, advisoryIDs?: readonly string[]) => ({
    tcb: {
      sgxtcbcomponents: platform.sgxComponents.map((svn) => ({ svn })),
      pcesvn: platform.pceSvn,
      tdxtcbcomponents: [...Buffer.from(tdx, "hex")].map((svn) => ({ svn })),
    },
    tcbDate,
    tcbStatus,
    ...(advisoryIDs && { advisoryIDs }),
  });
  return {
    tcbInfo: {
      id: "TDX",
      version: 3,
      ...issue,
      fmspc: platform.fmspc.toUpperCase(),
      pceId: platform.pceId,
      tcbType: 0,
      tdxModule: module,
      tdxModuleIdentities: [
        {
          id: "TDX_01",
          ...module,
          tcbLevels: [
            { tcb: { isvsvn: 6 }, tcbDate: "2026-08-12T00:00:00Z", tcbStatus: "UpToDate" },
            {
              tcb: { isvsvn: 2 },
              tcbDate: "2025-02-12T00:00:00Z",
              tcbStatus: "OutOfDate",
              advisoryIDs: ["SIMULATED-SA-00002"],
            },
          ],
        },
      ],
      tcbLevels: [
        level(tdxFirmware.current, "UpToDate", "2026-08-12T00:00:00Z"),
        level(tdxFirmware.old, "OutOfDate", "2025-02-12T00:00:00Z", ["SIMULATED-SA-00001"]),
      ],
    },
    qeIdentity: {
      id: "TD_QE",
      version: 2,
      ...issue,
      miscselect: zeros(4),
      miscselectMask: "FF".repeat(4),
      attributes: "11000000000000000000000000000000",
      attributesMask: "FBFFFFFFFFFFFFFF0000000000000000",
      mrsigner: simulatedEnclave.mrSigner.toUpperCase(),
      isvprodid: simulatedEnclave.isvProdId,
      tcbLevels: [
        { tcb: { isvsvn: 4 }, tcbDate: "2026-08-12T00:00:00Z", tcbStatus: "UpToDate" },
        { tcb: { isvsvn: 2 }, tcbDate: "2025-02-12T00:00:00Z", tcbStatus: "OutOfDate" },
      ],
    },
    revoked: { platforms: [], root: [] },
    thisUpdate,
    nextUpdate,
  };
}

/** Signs and lists it, in the forms in which Intel's service answers. */
export async function issueCollateral(
  authority: IntelAuthority,
  signer: TestCertificate,
  content: CollateralContent,
): Promise<CollateralFile[]> {
  const { tcbInfo, qeIdentity, revoked, thisUpdate, nextUpdate } = content;
  const validity = { thisUpdate, nextUpdate };
  const file = (kind: CollateralFile["kind"], source: string, bytes: Uint8Array): CollateralFile => ({
    kind,
    source: `SIMULATED ${source}`,
    bytes,
    obtained: thisUpdate,
  });
  return [
    file("intel-tcb-info", "tcb-info.json", signedAnswer("tcbInfo", tcbInfo, signer)),
    file("intel-qe-identity", "qe-identity.json", signedAnswer("enclaveIdentity", qeIdentity, signer)),
    file("intel-tcb-signing-chain", "tcb-signing-chain.pem", Buffer.from([...signer.chain, authority.root].join("\n"))),
    file("intel-pck-crl", "pck-crl.der", await authority.revocationList("platforms", revoked.platforms, validity)),
    file("intel-root-crl", "root-crl.der", await authority.revocationList("root", revoked.root, validity)),
  ];
}

/** Everything that evidence of the vendors' SIMULATED TDX platforms is checked with. */
export async function simulatedIntelCollateral(vendors: TestVendors, now: Date): Promise<CollateralFile[]> {
  return issueCollateral(vendors.intel, vendors.intelTcbSigner, currentContent(now));
}

export function signedAnswer(member: string, content: Content, { privateKey }: TestCertificate): Uint8Array {
  const text = JSON.stringify(content);
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("hex");
  return Buffer.from(`{"${member}":${text},"signature":"${signature}"}`);
}

/** ISO 8601 without fractions of a second. */
function stamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
