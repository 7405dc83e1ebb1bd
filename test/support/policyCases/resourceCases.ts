import type { Release } from "../../../components/workload/release";
import type { Token } from "../ear";
import { withValue } from "../factory";
import type { Deviation } from "./deviations";
import {
  ofAnyGuest,
  ofBoard,
  ofEightGpus,
  ofKnownDevices,
  ofLocalGpu,
  ofRemoteGpu,
  ofSnpGuest,
  ofTdxGuest,
} from "./deviations";
import type { SettingName } from "./guests";
import { board, snp, tdx } from "./guests";
import { nodeCases } from "./nodeCases";
import { requestCases } from "./requestCases";
import type { ResourceCase } from "./resourceCase";
import { first, requestFor, tokenOf } from "./resourceCase";

/** The good token of a release, and everything that differs from it in one thing. */
function around(setting: SettingName, release: Release, kind: string, deviations: readonly Deviation[]) {
  const token = tokenOf(setting, release);
  const request = requestFor(first(release));
  const about = { setting, request };
  return [
    { ...about, title: `${kind}: a genuine guest gets its key`, token, allowed: true },
    ...deviations.map(({ threat, path, value }): ResourceCase => {
      const changed: unknown = typeof value === "function" ? (value as (token: Token) => unknown)(token) : value;
      return { ...about, title: `${kind}: ${threat}`, token: withValue(token, path, changed), allowed: false };
    }),
  ];
}

const guests: readonly ResourceCase[] = [
  ...around("remote", snp, "SNP, one GPU", [
    ...ofAnyGuest(snp),
    ...ofSnpGuest(snp.launch.snp?.measurement ?? ""),
    ...ofRemoteGpu("gpu0"),
  ]),
  ...around("remote", tdx, "TDX, eight GPUs", [
    ...ofAnyGuest(tdx),
    ...ofTdxGuest,
    ...ofRemoteGpu("gpu6"),
    ...ofEightGpus,
  ]),
  ...around("remote", board, "SNP, protected PCIe", [...ofBoard, ...ofEightGpus]),
  ...around("local", snp, "SNP, judged in Trustee", [...ofAnyGuest(snp), ...ofLocalGpu]),
  ...around("known", tdx, "TDX, known devices only", ofKnownDevices),
];

/** Every question to a resource policy that tests and oracles ask. */
export const resourceCases: readonly ResourceCase[] = [...guests, ...requestCases, ...nodeCases];
