import type { EnclaveLevel, TcbInfo, TcbLevel } from "./documents";
import type { PckIdentity } from "./pckCertificate";

/** How Intel's TCB information ranks one platform, or one enclave. */
export interface Standing {
  /** `UpToDate`, or whatever Intel calls it instead; `NotSupported` where no level is low enough. */
  readonly status: string;
  readonly advisories: readonly string[];
  readonly tcbDate?: string;
}

export const upToDate = "UpToDate";
const unsupported: Standing = { status: "NotSupported", advisories: [] };

/**
 * Selects the level of a platform: the first of which every SGX component, the PCESVN and every TDX component is reached.
 * Where the second TDX component is not zero it names a line of TDX modules, which are ranked by the first one under an
 * identity of their own ("TDX TCB Info" of Intel's API documentation; TcbLevelCheck.cpp of its quote verification library).
 */
export function platformStanding(info: TcbInfo, { sgxComponents, pceSvn }: PckIdentity, teeTcbSvn: string): Standing {
  const tdx = [...Buffer.from(teeTcbSvn, "hex")];
  const ownLine = (tdx[1] ?? 0) > 0;
  const level = info.tcbLevels.find(
    ({ tcb }) =>
      reaches(sgxComponents, tcb.sgxtcbcomponents) &&
      pceSvn >= tcb.pcesvn &&
      reaches(tdx, tcb.tdxtcbcomponents, ownLine ? 2 : 0),
  );
  if (!level) return unsupported;
  const platform = standingOf(level);
  if (!ownLine) return platform;
  const module = moduleIdentity(info, teeTcbSvn);
  return worse(platform, module ? enclaveStanding(module.tcbLevels, tdx[0] ?? 0) : unsupported);
}

/** The identity of the line that a module belongs to; undefined where it has none. */
export function moduleIdentity(info: TcbInfo, teeTcbSvn: string) {
  const line = `tdx_${teeTcbSvn.slice(2, 4)}`;
  return info.tdxModuleIdentities?.find(({ id }) => id.toLowerCase() === line);
}

/** The first level whose version is reached. */
export function enclaveStanding(levels: readonly EnclaveLevel[], isvSvn: number): Standing {
  const level = levels.find(({ tcb }) => isvSvn >= tcb.isvsvn);
  return level ? standingOf(level) : unsupported;
}

/** In words, with advisories. */
export function standingText({ status, advisories, tcbDate }: Standing): string {
  const since = tcbDate === undefined ? "" : `, TCB of ${tcbDate.slice(0, 10)}`;
  return `${status}${since}${advisories.length > 0 ? `, advisories ${advisories.join(", ")}` : ""}`;
}

function standingOf({ tcbStatus, advisoryIDs = [], tcbDate }: TcbLevel | EnclaveLevel): Standing {
  return { status: tcbStatus, advisories: advisoryIDs, tcbDate };
}

/** One that is not up to date outweighs one that is; of two that are not, both are told. */
function worse(platform: Standing, module: Standing): Standing {
  if (module.status === upToDate) return platform;
  const advisories = [...new Set([...platform.advisories, ...module.advisories])].sort();
  const status =
    platform.status === upToDate || platform.status === module.status
      ? module.status
      : `${platform.status}, its TDX module ${module.status}`;
  return { ...module, status, advisories };
}

function reaches(versions: readonly number[], levels: readonly { readonly svn: number }[], from = 0): boolean {
  return levels.every(({ svn }, index) => index < from || (versions[index] ?? -1) >= svn);
}
