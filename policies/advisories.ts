import type { Source } from "./sources";
import { issue, repositories } from "./sources";

/** A published defect of something that a factory runs. */
export interface Advisory {
  readonly id: string;
  /** Other names of the same. */
  readonly also: readonly string[];
  readonly of: "kata" | "containerd";
  /** Versions that have it, as a range that semver reads; undefined where the advisory's own text was not to be had. */
  readonly affected?: string;
  readonly fixed: string;
  readonly what: string;
  /** What has to be in use for it to count; default: the component itself. */
  readonly onlyWith?: "genpolicy" | "runtimeRs" | "cloudHypervisor";
  readonly source: Source;
}

const read = "read 2026-08";
const ghsa = (id: string): Source => ({
  text: `kata-containers security advisory ${id} (${read})`,
  url: `https://github.com/kata-containers/kata-containers/security/advisories/${id}`,
});
const cve = (id: string): Source => ({ text: `${id} (${read})`, url: `https://nvd.nist.gov/vuln/detail/${id}` });

/**
 * Advisories on what the catalog pins, and on containerd, which no stack places. No advisory on Trustee or on
 * guest-components was found up to 2026-08-22, which shows little.
 */
export const advisoriesAsOf = "2026-08-22";
export const advisories: readonly Advisory[] = [
  {
    id: "GHSA-fmg6-v47x-52wr",
    also: [],
    of: "kata",
    affected: "<4.1.0",
    fixed: "4.1.0",
    what: "agent policies that genpolicy made let the host mount guest paths of its choice",
    onlyWith: "genpolicy",
    source: ghsa("GHSA-fmg6-v47x-52wr"),
  },
  {
    id: "CVE-2026-47243",
    also: ["GHSA-2gv2-cffp-j227"],
    of: "kata",
    affected: "<3.31.0",
    fixed: "3.31.0",
    what: "with runtime-rs and virtio-fs, root of a guest follows links on its host",
    onlyWith: "runtimeRs",
    source: issue(repositories.kata, 13124),
  },
  {
    id: "GHSA-rr59-xxvx-96qr",
    also: [],
    of: "kata",
    affected: "<3.31.0",
    fixed: "3.31.0",
    what: "annotations that are open by default let whoever makes a pod mount the host's root",
    source: ghsa("GHSA-rr59-xxvx-96qr"),
  },
  {
    id: "GHSA-q49m-57vm-c8cc",
    also: [],
    of: "kata",
    fixed: "3.29.0 in part",
    what: "its text was not to be had; 3.29.0 mends a part of it",
    source: {
      text: "confidential-containers/charts #119 (2026-04-24)",
      url: "https://github.com/confidential-containers/charts/pull/119",
    },
  },
  {
    id: "CVE-2026-24834",
    also: ["GHSA-wwj6-vghv-5p64"],
    of: "kata",
    affected: "<3.27.0",
    fixed: "3.27.0",
    what: "with Cloud Hypervisor's persistent memory, a container becomes root of its guest",
    onlyWith: "cloudHypervisor",
    source: ghsa("GHSA-wwj6-vghv-5p64"),
  },
  {
    id: "CVE-2025-9086",
    also: ["CVE-2026-25541", "CVE-2026-25727"],
    of: "kata",
    affected: "<3.27.0",
    fixed: "3.27.0",
    what: "libraries of the guest's components: curl, bytes, time",
    source: cve("CVE-2025-9086"),
  },
  {
    id: "CVE-2026-24054",
    also: [],
    of: "kata",
    affected: "<3.26.0",
    fixed: "3.26.0",
    what: "a malformed image plugs a block device of the host's into a guest",
    source: cve("CVE-2026-24054"),
  },
  {
    id: "CVE-2026-53492",
    also: ["GHSA-cvxm-645q-p574"],
    of: "containerd",
    affected: "<2.1.9 || >=2.2.0 <2.2.5 || >=2.3.0 <2.3.2",
    fixed: "2.1.9, 2.2.5, 2.3.2",
    what: "what containerd believes of device interfaces and of checkpoint images, on the host",
    source: cve("CVE-2026-53492"),
  },
];
