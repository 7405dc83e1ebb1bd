import { createHash } from "node:crypto";
import type { SnpTcb } from "../../components/verdict/evidence/snpReport";
import { firmwareIdExtension } from "../../components/verdict/evidence/gpuCertificate";
import type { TestCertificate } from "./authority";
import { encodePckExtension } from "./encodePck";
import type { QuotingEnclave } from "./encodeTdx";
import { quotingEnclave } from "./encodeTdx";
import type { DeviceArchitecture } from "../../components/verdict/evidence/attestRequest";
import { simulatedPlatform } from "./intelCollateral";
import type { TestVendors } from "./vendors";
import { vekExtensions } from "./vekExtensions";

/** A SIMULATED GPU or NVSwitch with the key that its vendor certified. */
export interface TestDevice {
  readonly arch: DeviceArchitecture;
  readonly uuid: string;
  readonly identity: TestCertificate;
  readonly fwid: string;
}

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

  device(arch: DeviceArchitecture, index: number): Promise<TestDevice> {
    return this.once(`${arch} ${index}`, async () => {
      const fwid = createHash("sha384").update(`SIMULATED firmware of a ${arch}`).digest();
      const identity = await this.vendors.nvidia.issue({
        commonName: `SIMULATED ${arch} GSP FMC`,
        curve: "P-384",
        // A sequence that ends with the digest, as the real one does.
        extensions: { [firmwareIdExtension]: Buffer.concat([Buffer.from([0x30, 0x32, 0x04, 0x30]), fwid]) },
      });
      return { arch, uuid: `GPU-SIMULATED-${this.name}-${index}`, identity, fwid: fwid.toString("hex") };
    });
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.parts.get(key) ?? make();
    this.parts.set(key, known);
    return known as Promise<T>;
  }
}
