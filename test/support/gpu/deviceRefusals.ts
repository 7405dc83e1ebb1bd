import { opaqueFields } from "../../../components/verdict/evidence/gpuOpaque";
import type { DeviceEvidence } from "../../../components/verdict/evidence/attestRequest";
import { splitChain } from "../../../components/verdict/evidence/chain";
import { TestMachine } from "../../../tooling/attestation/hardware";
import type { RefusalCases, Stage } from "./case";
import { evidenceOf, partsOf, withFields, withIdentity, withReport } from "./customDevice";
import type { GpuScene } from "./scene";
import { now } from "./scene";

const years = 365 * 86_400_000;
const later = (amount: number) => new Date(now.getTime() + amount * years);

/** The only GPU of a release replaced by another. */
const only = (
  check: string,
  make: (scene: GpuScene) => DeviceEvidence | Promise<DeviceEvidence>,
  grade?: "notChecked",
) => ({
  stage: "one" as Stage,
  change: async (scene: GpuScene) => ({ evidence: { devices: [await make(scene)] } }),
  check,
  ...(grade && { grade }),
});
const first = (scene: GpuScene) => scene.devices[0] as DeviceEvidence;

/** Reports and certificates that are not what they have to be. */
export const deviceRefusals: RefusalCases = {
  "a nonce of another session": only("gpu-nonce", (scene) => scene.changed(0, { nonce: "11".repeat(32) })),
  "a question that nobody knows": {
    stage: "one",
    change: ({ expected }) => ({ context: { expected: { ...expected, deviceNonce: { unknown: "not asked" } } } }),
    check: "gpu-nonce",
    grade: "notChecked",
  },
  "another device's report beside the certificate": only("gpu-report-signature", async (scene) => {
    const other = await scene.changed(0, { index: 7 });
    return { ...other, certificate: first(scene).certificate };
  }),
  "another device's certificate beside the report": only("gpu-report-signature", async (scene) => {
    const other = await scene.changed(0, { index: 7 });
    return { ...first(scene), certificate: other.certificate };
  }),
  "a device that somebody made at home": only("gpu-chain", (scene) =>
    scene.changed(0, {}, new TestMachine(scene.strangers, "at-home")),
  ),
  "a device certified under the root of manifests": only("gpu-chain", (scene) =>
    withIdentity(scene, async (extensions) => {
      const chip = await scene.vendors.nvidiaManifests.subordinate("GH100 SIMULATED BROM", "41".padEnd(18, "0"));
      return chip.issue({ commonName: "GH100 SIMULATED FMC", curve: "P-384", extensions });
    }),
  ),
  "a chain without the chip's certificate": only("gpu-chain", (scene) => {
    const [leaf = "", , above = ""] = splitChain(partsOf(first(scene)).certificates);
    return evidenceOf(partsOf(first(scene)).report, [leaf, above]);
  }),
  "a certificate by itself": only("gpu-report", (scene) => {
    const [leaf = ""] = splitChain(partsOf(first(scene)).certificates);
    return evidenceOf(partsOf(first(scene)).report, [leaf]);
  }),
  "a chain that begins with the chip": only("gpu-report-signature", (scene) =>
    evidenceOf(partsOf(first(scene)).report, splitChain(partsOf(first(scene)).certificates).slice(1)),
  ),
  "a chain of many": only("gpu-report", (scene) => {
    const chain = splitChain(partsOf(first(scene)).certificates);
    return evidenceOf(partsOf(first(scene)).report, [...chain, ...chain, ...chain]);
  }),
  "a certificate that has expired": {
    stage: "one",
    change: () => ({ context: { now: later(60) } }),
    check: "gpu-chain",
  },
  "a certificate that is not valid yet": {
    stage: "one",
    change: () => ({ context: { now: later(-2) } }),
    check: "gpu-chain",
  },
  "a signature of another curve": only("gpu-report", (scene) =>
    withIdentity(scene, async (extensions) => {
      const chip = await scene.vendors.nvidia.subordinate("GH100 SIMULATED BROM", "41".padEnd(18, "1"));
      return chip.issue({ commonName: "GH100 SIMULATED FMC", curve: "P-256", extensions });
    }),
  ),
  "firmware other than the certified one": only("gpu-firmware-id", (scene) =>
    withFields(scene, { fwid: "ab".repeat(48) }),
  ),
  "a key that was certified for no firmware": only("gpu-firmware-id", (scene) =>
    withIdentity(scene, async () => {
      const chip = await scene.vendors.nvidia.subordinate("GH100 SIMULATED BROM", "41".padEnd(18, "2"));
      return chip.issue({ commonName: "GH100 SIMULATED FMC", curve: "P-384" });
    }),
  ),
  "a driver that the release does not accept": only("gpu-driver", (scene) => scene.changed(0, { driver: "525.00.00" })),
  "a report without a driver": only("gpu-driver", (scene) => withFields(scene, { driverVersion: undefined })),
  "a VBIOS that the release does not accept": only("gpu-vbios", (scene) =>
    scene.changed(0, { vbios: "96.00.30.00.01" }),
  ),
  "a chip of another model": only("gpu-model", (scene) => scene.changed(0, { arch: "BLACKWELL", chip: "GB100" })),
  "a chip that is no GPU": only("gpu-model", (scene) => scene.changed(0, { chip: "BF3" })),
  "a GPU handed in as another architecture": only("gpu-architecture", (scene) => ({
    ...first(scene),
    arch: "BLACKWELL",
  })),
  "a GPU handed in as an NVSwitch": only("switch-model", (scene) => ({ ...first(scene), arch: "LS10" })),
  "an architecture that is no text": only("gpu-architecture", (scene) => ({ ...first(scene), arch: 7 as never })),
  "a GPU in another mode": only("gpu-mode", (scene) => scene.changed(0, { mode: "mpt" })),
  "a GPU in protected PCIe mode by itself": only("gpu-mode", (scene) => scene.changed(0, { mode: "ppcie" })),
  "a report that names no mode": only("gpu-mode", (scene) => scene.changed(0, { mode: undefined }), "notChecked"),
  "a report that is cut": only("gpu-report", (scene) => withReport(first(scene), (bytes) => bytes.subarray(0, -1))),
  "a report with more behind it": only("gpu-report", (scene) =>
    withReport(first(scene), (bytes) => Buffer.concat([bytes, Buffer.from([1])])),
  ),
  "another version of SPDM": only("gpu-report", (scene) => withReport(first(scene), (bytes) => set(bytes, 0, 0x12))),
  "a request for something else": only("gpu-report", (scene) => withReport(first(scene), (bytes) => set(bytes, 3, 1))),
  "a measurement twice": only("gpu-report", (scene) =>
    // The second block's index becomes the first one's.
    withReport(first(scene), (bytes) => set(bytes, 37 + 8 + 55, 1)),
  ),
  "opaque data of an unknown version": only("gpu-report", (scene) =>
    withReport(first(scene), (bytes) => {
      const at = bytes.indexOf(Buffer.from([opaqueFields.dataVersion, 0, 2, 0, 1, 0]));
      return set(bytes, at + 4, 9);
    }),
  ),
  "a field of opaque data twice": only("gpu-report", (scene) =>
    withReport(first(scene), (bytes) => {
      const at = bytes.indexOf(Buffer.from([opaqueFields.dataVersion, 0, 2, 0, 1, 0]));
      return set(bytes, at, opaqueFields.featureFlag);
    }),
  ),
  "evidence that is not base64": only("gpu-report", (scene) => ({ ...first(scene), evidence: "%" })),
  "evidence that is no text": only("gpu-report", (scene) => ({ ...first(scene), evidence: {} as never })),
  "a device that is null": only("gpu-report", () => null as never),
  "certificates that are none": only("gpu-report", (scene) => ({ ...first(scene), certificate: "aGVsbG8=" })),
};

function set(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}
