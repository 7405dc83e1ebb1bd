import { createHash } from "node:crypto";
import type { SnpTcb } from "../../components/verdict/evidence/snpReport";
import type { TestCertificate } from "./authority";
import { encodePckExtension } from "./encodePck";
import type { QuotingEnclave } from "./encodeTdx";
import { quotingEnclave } from "./encodeTdx";
import type { DeviceArchitecture } from "../../components/verdict/evidence/attestRequest";
import { simulatedPlatform } from "./intelCollateral";
import type { TestDevice } from "./testDevice";
import { makeDevice, usualChips } from "./testDevice";
import type { TestVendors } from "./vendors";
import { vekExtensions } from "./vekExtensions";

export interface TestChip {
  readonly chipId: string;
  readonly vcek: TestCertificate;
}

/** A SIMULATED host: processors and devices, each made when first asked for. */
export class TestMachine {
  private readonly parts = new Map<string, Promise<unknown>>();

  constructor(
    private readonly vendors: TestVendors,
    readonly name: string,
  ) {}

  /** The processor, with the key that belongs to its firmware's versions: other versions, another key. */
  snpChip(tcb: SnpTcb): Promise<TestChip> {
    return this.once(`snp ${JSON.stringify(tcb)}`, async () => {
      const chipId = createHash("sha512").update(`SIMULATED chip of ${this.name}`).digest();
      const vcek = await this.vendors.amd.issue({
        commonName: "SIMULATED SEV-VCEK",
        curve: "P-384",
        extensions: vekExtensions({ productName: "Genoa", tcb, of: { chipId: chipId.toString("hex") } }),
      });
      return { chipId: chipId.toString("hex"), vcek };
    });
  }

  tdxPlatform(): Promise<QuotingEnclave> {
    return this.once("tdx", async () =>
      quotingEnclave(await this.vendors.intel.issuePck(encodePckExtension(simulatedPlatform))),
    );
  }

  /** A GPU or NVSwitch; a chip other than the architecture's usual one where the model has another. */
  device(arch: DeviceArchitecture, index: number, chip = usualChips[arch]): Promise<TestDevice> {
    return this.once(`${arch} ${index} ${chip}`, () => makeDevice(this.vendors.nvidia, this.name, arch, index, chip));
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.parts.get(key) ?? make();
    this.parts.set(key, known);
    return known as Promise<T>;
  }
}
