import type { ClaimId } from "../../components/verdict/claims";
import { nvidiaDocs } from "../../policies/sources";
import type { Source } from "../../policies/sources";

/** Something that no control of the architecture stops. */
export interface Limit {
  readonly title: string;
  /** What can happen all the same, in a sentence or two. */
  readonly says: string;
  /** Claims whose own limit it is. */
  readonly claims: readonly ClaimId[];
  readonly sources: readonly Source[];
}

const overview = nvidiaDocs("overview");
const linuxThreats: Source = {
  text: "The Linux kernel, Confidential Computing in Linux for x86 virtualization (read 2026-11)",
  url: "https://www.kernel.org/doc/html/latest/security/snp-tdx-threat-model.html",
};
const intelGuest: Source = {
  text: "Intel, TDX Linux guest kernel security specification: TSC and other timers (read 2026-11)",
  url: "https://intel.github.io/ccc-linux-guest-hardening-docs/security-spec.html",
};
const own = (text: string): Source => ({ text, url: "" });

export const limits: readonly Limit[] = [
  {
    title: "Application bugs",
    says: "A defect of the serving program is attested as faithfully as its absence: whoever finds one from outside is inside the guest, with everything that the guest may see.",
    claims: ["image-as-released", "host-kept-out"],
    sources: [overview],
  },
  {
    title: "Availability",
    says: "Whoever runs host, cluster or network can stop, starve or delay any guest, and keep it from its keys. Nothing here promises an answer.",
    claims: ["host-prepared", "key-broker-reachable-by-guests"],
    sources: [overview, linuxThreats],
  },
  {
    title: "Network",
    says: "Who talks to whom, when and how much stays visible, and the length of an answer says something about it. A connection that ends in no attested guest is the client's to refuse.",
    claims: ["key-broker-reachable-by-guests", "cluster-closed"],
    sources: [overview],
  },
  {
    title: "Storage and volume rollback",
    says: "Volumes are encrypted by the guest, and an older state of a block, or of a whole volume, can be played back to it. Host mounts can be changed or withheld.",
    claims: ["keys-never-in-clear"],
    sources: [overview, own("docs/models.md: LUKS2 has no rollback protection")],
  },
  {
    title: "Side channels",
    says: "Caches, timing, page faults, power and the sizes of encrypted transfers are seen by whoever shares or runs the hardware. NVIDIA's pages on confidential containers say nothing of them.",
    claims: ["guest-not-debuggable"],
    sources: [linuxThreats],
  },
  {
    title: "Memory-bus interposers and other physical attacks",
    says: "Whoever can put a device between processor and memory has read and changed what SGX, TDX and SEV-SNP encrypt, and taken keys that sign evidence: TEE.fail (DDR5, 2025), Battering RAM and WireTap (DDR4, 2025). The processors' makers count this as out of scope. Evidence does not show where a machine stands, nor who can open it.",
    claims: ["cpu-genuine"],
    sources: [
      { text: "TEE.fail (2025): DDR5 memory-bus interposition, TDX and SEV-SNP", url: "https://tee.fail" },
      { text: "Battering RAM (2025): an interposer that redirects memory", url: "https://batteringram.eu" },
      { text: "WireTap (2025): SGX attestation keys read from a DDR4 bus", url: "https://wiretap.fail" },
    ],
  },
  {
    title: "Host-controlled clock",
    says: "The host sets the time that a guest starts with, and can slow or stop it. What is dated inside the guest, certificates among it, is as good as that time. The key broker dates releases by its own clock.",
    claims: ["keys-for-release-only"],
    sources: [intelGuest],
  },
  {
    title: "Cloned releases",
    says: "A provider may run any number of genuine guests of a valid release, or none, at the same time or after another, and lead each client to another of them. Evidence does not count.",
    claims: ["keys-for-release-only"],
    sources: [own("components/workload/notMeasured.ts, said on every release")],
  },
  {
    title: "Configuration from the control plane",
    says: "Environment, ConfigMaps, services and DNS come from whoever runs the cluster, as far as the guest's policies leave them open.",
    claims: ["guest-rules-bound", "cluster-closed"],
    sources: [overview],
  },
];

/** A published measurement. None of them is of this factory, and nothing is derived from them. */
export interface PerformanceFigure {
  readonly figure: string;
  readonly setup: string;
  readonly source: Source;
}

const arxiv = (id: string, title: string): Source => ({
  text: `arXiv ${id}, ${title}`,
  url: `https://arxiv.org/abs/${id.replace(/v\d+$/, "")}`,
});

export const performance: readonly PerformanceFigure[] = [
  {
    figure: "overhead below 7 % for most queries, near zero for large models and long sequences",
    setup: "inference of language models on H100 and H200",
    source: arxiv("2409.03992v4", "Confidential Computing on NVIDIA Hopper GPUs"),
  },
  {
    figure: "4 to 8 % less throughput, shrinking with batch and input",
    setup: "Llama 2 on H100",
    source: { text: "arXiv 2509.18886", url: "https://arxiv.org/abs/2509.18886" },
  },
  {
    figure: "without confidential mode 45 to 70 % more throughput, and 20 to 30 % less latency",
    setup: "one H100 whose models are swapped in and out of its memory",
    source: arxiv("2505.16501", "Performance of Confidential Computing GPUs"),
  },
  {
    figure: "2.0 to 7.5 % and 0.9 to 3.5 % less, up to 98 % of the throughput without",
    setup: "HGX B300, Qwen 3.5 397B in FP8; measured by NVIDIA",
    source: {
      text: "NVIDIA developer blog, hardware-rooted AI security",
      url: "https://developer.nvidia.com/blog/hardware-rooted-ai-security-that-wont-slow-you-down",
    },
  },
  {
    figure:
      "matrix products at 0.998 of the speed, serving 13 to 27 % slower, copies to the GPU at 0.203 and from it at 0.211, loading a model 34 times slower",
    setup: "B300 and RTX PRO 6000 under TDX",
    source: arxiv("2606.23969", "read as an excerpt"),
  },
  {
    figure:
      "time between tokens 1 % longer where the program knows of the TEE, 30 % where not, over 100 % at low concurrency; training 18 to 32 % slower",
    setup: "Blackwell under TDX",
    source: { text: "tinfoil.sh, blog of 2026-06-23", url: "https://tinfoil.sh/blog" },
  },
];

/** What none of them says. */
export const performanceGap =
  "No figure of B200 alone was found; B300 is the nearest. What a model loses depends on how much crosses the bus to the GPU: measure your own.";
