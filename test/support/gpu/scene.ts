import type { CollateralFile, ExamineContext, Expected, VendorRoots } from "../../../components/verdict/context";
import type { DeviceEvidence } from "../../../components/verdict/evidence/attestRequest";
import type { Finding } from "../../../components/verdict/finding";
import type { GpuEvidence } from "../../../components/verdict/gpu/examineGpus";
import { examineGpus } from "../../../components/verdict/gpu/examineGpus";
import { pinnedRoots } from "../../../components/verdict/roots";
import type { Release } from "../../../components/workload/release";
import { deviceReport } from "../../../tooling/attestation/collect";
import type { DeviceSpec } from "../../../tooling/attestation/deviceSpecs";
import { deviceSpecs } from "../../../tooling/attestation/deviceSpecs";
import { TestNras } from "../../../tooling/attestation/encodeNras";
import { TestMachine } from "../../../tooling/attestation/hardware";
import { nvidiaCollateral } from "../../../tooling/attestation/nvidiaCollateral";
import { TestVendors } from "../../../tooling/attestation/vendors";
import { deviceClaims } from "../evidence";

/** The reader's clock in these tests; certificates of test vendors are valid a year before and long after the real one. */
export const now = new Date();
export const nonce = "5a".repeat(32);

/** A machine of SIMULATED devices, its vendors, and what they publish. */
export class GpuScene {
  private constructor(
    readonly release: Release,
    readonly vendors: TestVendors,
    /** Vendors that nobody trusts. */
    readonly strangers: TestVendors,
    readonly machine: TestMachine,
    readonly nras: TestNras,
    readonly specs: readonly DeviceSpec[],
    readonly devices: readonly DeviceEvidence[],
    readonly manifests: readonly CollateralFile[],
    readonly answers: readonly CollateralFile[],
  ) {}

  static async of(release: Release): Promise<GpuScene> {
    const [vendors, strangers, nras] = await Promise.all([
      TestVendors.create(),
      TestVendors.create(),
      TestNras.create(),
    ]);
    const machine = new TestMachine(vendors, "host-a");
    const specs = deviceSpecs(release);
    const { manifests, answers } = await nvidiaCollateral(vendors, machine, specs, now);
    const devices = await Promise.all(specs.map((spec) => evidenceOf(spec, machine)));
    return new GpuScene(release, vendors, strangers, machine, nras, specs, devices, manifests, answers);
  }

  get collateral(): readonly CollateralFile[] {
    return [...this.manifests, ...this.answers, this.nras.keys];
  }

  get roots(): VendorRoots {
    const { nvidia, nvidiaManifests } = this.vendors.roots;
    return { ...pinnedRoots, nvidia, nvidiaManifests, simulated: true };
  }

  get expected(): Expected {
    const { tee, launch, tcb, gpu, gpuClaims } = this.release;
    const unasked = { unknown: "not asked here" };
    return { tee, launch, tcb, gpu, gpuClaims, boundInitData: "", reportData: unasked, deviceNonce: { value: nonce } };
  }

  context(changes: Partial<ExamineContext> = {}): ExamineContext {
    return { now, roots: this.roots, collateral: this.collateral, expected: this.expected, ...changes };
  }

  async examine(evidence: Partial<GpuEvidence> = {}, changes: Partial<ExamineContext> = {}) {
    return examineGpus({ devices: this.devices, ...evidence }, this.context(changes));
  }

  /** Evidence of a device that differs from the release's. */
  changed(index: number, changes: Partial<DeviceSpec>, machine = this.machine): Promise<DeviceEvidence> {
    return evidenceOf({ ...(this.specs[index] as DeviceSpec), ...changes }, machine);
  }

  /** The devices with one of them replaced. */
  withDevice(index: number, device: DeviceEvidence): DeviceEvidence[] {
    return this.devices.map((each, place) => (place === index ? device : each));
  }

  /** Claims of NVIDIA's service about each device, as for a genuine one. */
  async claims(): Promise<Record<string, Record<string, unknown>>> {
    const counts = { gpu: 0, switch: 0 };
    const identities = await Promise.all(
      this.specs.map(({ arch, index, chip }) => this.machine.device(arch, index, chip)),
    );
    return Object.fromEntries(
      this.specs.map((spec, index) => {
        const kind = spec.arch === "LS10" ? "switch" : "gpu";
        const identity = identities[index];
        const names = (arch: string) => identities.filter((each) => each.arch === arch).map(({ name }) => name);
        return [
          `${kind.toUpperCase()}-${counts[kind]++}`,
          {
            ...deviceClaims(kind, kind === "gpu" ? ["driver-rim", "vbios-rim"] : ["bios-rim"], index),
            ueid: BigInt(`0x${identity?.identity.serial}`).toString(),
            hwmodel: `${kind === "switch" ? "LS_10" : spec.chip} A01 SIMULATED BROM`,
            ...(kind === "gpu"
              ? {
                  "x-nvidia-gpu-driver-version": spec.driver,
                  "x-nvidia-gpu-vbios-version": spec.vbios.toUpperCase(),
                  "x-nvidia-gpu-switch-pdis": names("LS10"),
                }
              : {
                  "x-nvidia-switch-bios-version": spec.vbios.toUpperCase(),
                  "x-nvidia-switch-pdi": identity?.name,
                  "x-nvidia-switch-gpu-pdis": names("HOPPER"),
                }),
          },
        ];
      }),
    );
  }

  async token(changes: Partial<Parameters<TestNras["token"]>[0]> = {}): Promise<string> {
    return this.nras.token({ parts: await this.claims(), nonce, now, ...changes });
  }
}

export async function evidenceOf(spec: DeviceSpec, machine: TestMachine): Promise<DeviceEvidence> {
  const device = await machine.device(spec.arch, spec.index, spec.chip);
  const report = await deviceReport(spec, device, machine, nonce);
  return {
    arch: spec.arch,
    uuid: device.uuid,
    evidence: report.toString("base64"),
    certificate: Buffer.from(device.identity.chain.join("\n")).toString("base64"),
  };
}

/** `gpu0 gpu-chain failed`, one a finding, for what is not verified. */
export function unverified(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ grade }) => grade !== "verified")
    .map(({ of, check, grade }) => `${of} ${check} ${grade}`)
    .sort();
}

export function gradeOf(findings: readonly Finding[], check: string): string | undefined {
  const order = ["verified", "asserted", "notChecked", "failed"];
  const of = findings.filter((finding) => finding.check === check).map(({ grade }) => grade);
  return of.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
}
