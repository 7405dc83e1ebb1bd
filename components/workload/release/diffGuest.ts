import { canonicalJson } from "../../names";
import { changed, notMeasured } from "./diffWords";
import type { Release } from "./schema";

/** What differs in the virtual machine: its shape, what boots in it, and what its launch measures, with the reason. */
export function guestDifferences(a: Release, b: Release): string[] {
  const phrases: string[] = [];
  if (a.tee !== b.tee) phrases.push(changed("TEE", a.tee, b.tee, "other hosts, with other evidence"));
  if (a.runtimeClassName !== b.runtimeClassName)
    phrases.push(changed("runtime class", a.runtimeClassName, b.runtimeClassName, "Kata starts the guest otherwise"));
  if (a.sandboxedContainers !== b.sandboxedContainers)
    phrases.push(
      changed(
        "sandboxed containers",
        a.sandboxedContainers,
        b.sandboxedContainers,
        "another guest boots, on other hosts",
      ),
    );
  if (a.gpu.model !== b.gpu.model)
    phrases.push(changed("GPU model", a.gpu.model, b.gpu.model, "other hosts are needed"));
  if (a.gpu.count !== b.gpu.count)
    phrases.push(
      changed("GPUs", a.gpu.count, b.gpu.count, "the launch does not measure it; each GPU's own evidence is counted"),
    );
  if (a.gpu.nvSwitches !== b.gpu.nvSwitches)
    phrases.push(
      changed(
        "NVSwitches",
        a.gpu.nvSwitches,
        b.gpu.nvSwitches,
        "the launch does not measure it; their own evidence is counted",
      ),
    );
  if (a.shape.memoryGib !== b.shape.memoryGib)
    phrases.push(
      notMeasured(changed("memory", `${a.shape.memoryGib} GiB`, `${b.shape.memoryGib} GiB`, "another VM size")),
    );
  if (a.shape.cpus !== b.shape.cpus && a.shape.vcpus === b.shape.vcpus)
    phrases.push(notMeasured(changed("CPU limit", a.shape.cpus, b.shape.cpus, "the number of vCPUs stays")));
  if (a.shape.vcpus !== b.shape.vcpus) phrases.push(vcpuPhrase(a, b));
  phrases.push(...bootDifferences(a, b), ...launchDifferences(a, b));
  if (a.measuredBy !== b.measuredBy)
    phrases.push(changed("measurement's origin", a.measuredBy, b.measuredBy, origins[b.measuredBy]));
  return phrases;
}

const origins: Record<Release["measuredBy"], string> = {
  computed: "anyone with the guest image can compute it again",
  declared: "the model owner's word is all there is for what boots",
  simulated: "SIMULATED: no genuine guest has it",
};

function vcpuPhrase(a: Release, b: Release): string {
  const phrase = (meaning: string) => changed("vCPUs", a.shape.vcpus, b.shape.vcpus, meaning);
  if (b.tee === "tdx") return notMeasured(phrase("TDX registers that are compared do not show it"));
  if (a.tee === "snp" && measured(a, "snp") === measured(b, "snp"))
    return phrase(
      "but the SNP launch digest is the same, which cannot be true of both: one of the two was not measured anew",
    );
  return phrase(
    "the SNP launch digest changes with each, so the key broker has to know the release before its guests start",
  );
}

function bootDifferences({ guestImage: a }: Release, { guestImage: b }: Release): string[] {
  const phrases: string[] = [];
  const image = (guest: Release["guestImage"]) => guest && `${guest.name} (${guest.digest})`;
  if (image(a) !== image(b)) phrases.push(changed("guest image", image(a), image(b), "another system boots"));
  if (a?.profile !== b?.profile)
    phrases.push(changed("launch profile", a?.profile, b?.profile, "the guest is started with other arguments"));
  return phrases;
}

/** Each measured register, and what it covers. RTMR0 is not compared, so no vCPU count shows on TDX. */
const registers = [
  { tee: "snp", field: "measurement", title: "SNP launch digest", causes: ["vcpus", "image", "profile"] },
  { tee: "tdx", field: "mrTd", title: "TDX MRTD (firmware)", causes: ["image", "profile"] },
  { tee: "tdx", field: "rtmr1", title: "TDX RTMR1 (kernel)", causes: ["image", "profile"] },
  { tee: "tdx", field: "rtmr2", title: "TDX RTMR2 (command line)", causes: ["image", "profile"] },
] as const;

function launchDifferences(a: Release, b: Release): string[] {
  // Another TEE has other registers altogether; that was said already.
  if (a.tee !== b.tee) return [];
  const causes = {
    vcpus: a.shape.vcpus !== b.shape.vcpus && `${b.shape.vcpus} instead of ${a.shape.vcpus} vCPUs`,
    image: a.guestImage?.digest !== b.guestImage?.digest && "another guest image",
    profile: a.guestImage?.profile !== b.guestImage?.profile && "another launch profile",
  };
  return registers.flatMap(({ tee, field, title, causes: possible }) => {
    const [before, after] = [measured(a, tee, field), measured(b, tee, field)];
    if (before === after) return [];
    const why = possible.flatMap((cause) => causes[cause] || []);
    const reason =
      why.length > 0
        ? `because of ${why.join(" and ")}`
        : "though neither guest image, profile nor vCPUs are said to differ: ask the model owner what does boot";
    return [`${title}: ${after ?? "none"} instead of ${before ?? "none"}: ${reason}`];
  });
}

function measured({ launch }: Release, tee: "snp" | "tdx", field?: string): string | undefined {
  const values = launch[tee] as Readonly<Record<string, string>> | undefined;
  return field === undefined ? canonicalJson(values ?? null) : values?.[field];
}
