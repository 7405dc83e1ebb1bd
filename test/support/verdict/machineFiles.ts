import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { AzureEvidence } from "../../../components/verdict/azure/azureEvidence";
import type { CollateralFile, VendorRoots } from "../../../components/verdict/context";
import type { DeviceEvidence } from "../../../components/verdict/evidence/attestRequest";
import { deviceNonce, primaryReportData } from "../../../components/verdict/evidence/attestRequest";
import { deviceReport } from "../../../tooling/attestation/collect";
import type { DeviceSpec } from "../../../tooling/attestation/deviceSpecs";
import { deviceSpecs } from "../../../tooling/attestation/deviceSpecs";
import { TestMachine } from "../../../tooling/attestation/hardware";
import { nvidiaCollateral } from "../../../tooling/attestation/nvidiaCollateral";
import { TestVendors } from "../../../tooling/attestation/vendors";
import { writeCollateral } from "../../../tooling/verdict/simulated/readerFiles";
import { simulatedRoots } from "../../../tooling/verdict/simulated/vendors";
import type { AzureCase } from "../azureMachine";
import { azureMachine, now, paravisor, registers, runtimeText } from "../azureMachine";
import { sampleRelease } from "../release";
import { ecKey, jwkOf } from "../signedTokens";
import { tcbs } from "../snp/rig";

/** A reader's folder: what he was given, and what he brings along. */
export class ReadersFolder {
  readonly directory = mkdtempSync(join(tmpdir(), "machine-"));

  /** Objects as YAML or JSON, by the name's end; texts as they are. */
  write(name: string, content: unknown): string {
    const path = join(this.directory, name);
    const text =
      typeof content === "string"
        ? content
        : name.endsWith(".json")
          ? JSON.stringify(content)
          : stringify(content, { version: "1.1" });
    writeFileSync(path, text);
    return path;
  }

  collateral(name: string, files: readonly CollateralFile[], at: Date): string {
    const path = join(this.directory, name);
    mkdirSync(path);
    writeCollateral(path, files, at);
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

export const nonce = "N0nce-of-the-reader-43-characters-long-abcde";
const {
  "04": four,
  "08": eight,
  "09": nine,
  "11": eleven,
  "12": twelve,
} = Object.fromEntries(["04", "08", "09", "11", "12"].map((register) => [register, registers[Number(register)]]));

/** What a reader expects of the SYNTHETIC machine: an entry of `nodes`, and what only a reader says. */
export const azureExpectation = {
  name: "azure-h100",
  evidence: {
    kind: "azureSnpVtpm",
    measurements: [paravisor],
    pcrs: { "04": [four], "08": [eight], "09": [nine], "11": [eleven], "12": [twelve] },
    tcb: tcbs.genoa,
  },
  gpu: { model: "H100", count: 1, drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
  initData: "1d".repeat(32),
};

export interface AzureMessage {
  readonly machine?: Omit<AzureCase, "runtime">;
  /** Of the paravisor's configuration. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly devices?: (genuine: readonly DeviceSpec[]) => readonly DeviceSpec[];
  readonly nonce?: string;
}

/** Machines on Azure with one GPU, SYNTHETIC, their vendors, and the message that is made of their evidence. */
export class AzureMachines {
  private constructor(
    private readonly vendors: TestVendors,
    private readonly host: TestMachine,
    private readonly specs: readonly DeviceSpec[],
  ) {}

  static async create(): Promise<AzureMachines> {
    const vendors = await TestVendors.create();
    return new AzureMachines(vendors, new TestMachine(vendors, "host-a"), deviceSpecs(sampleRelease()));
  }

  async roots(): Promise<VendorRoots> {
    const { context } = await azureMachine();
    return { ...simulatedRoots(this.vendors), amd: context.roots.amd };
  }

  async collateral(): Promise<CollateralFile[]> {
    const { evidence, context } = await azureMachine();
    const nvidia = await nvidiaCollateral(this.vendors, this.host, this.specs, now);
    const certificates = Buffer.from(evidence.certificates.slice(1).join("\n"));
    return [
      ...context.collateral,
      { kind: "amd-certificates", source: "amd-certificates.test", bytes: certificates },
      ...nvidia.manifests,
      ...nvidia.answers,
    ];
  }

  /** The message that a key broker is sent, as JSON. */
  async message(changes: AzureMessage = {}) {
    const { machine = {}, configuration = {}, devices = (genuine) => genuine } = changes;
    const runtime = { nonce: changes.nonce ?? nonce, "tee-pubkey": jwkOf(key) };
    const list = await Promise.all(devices(this.specs).map((spec) => this.device(spec, deviceNonce(runtime))));
    const additional = list.length > 0 ? JSON.stringify({ nvidia: { device_evidence_list: list } }) : "";
    const reportData = primaryReportData(runtime, additional);
    const { evidence } = await azureMachine({
      ...machine,
      runtime: runtimeText({
        "user-data": reportData,
        "vm-configuration": { "console-enabled": false, "secure-boot": true, "tpm-enabled": true, ...configuration },
      }),
      quote: { extraData: reportData.slice(0, 96), ...machine.quote },
    });
    return {
      tee: "az-snp-vtpm",
      "runtime-data": runtime,
      "tee-evidence": { primary_evidence: primaryOf(evidence), additional_evidence: additional },
    };
  }

  private async device(spec: DeviceSpec, asked: string): Promise<DeviceEvidence> {
    const device = await this.host.device(spec.arch, spec.index, spec.chip);
    const report = await deviceReport(spec, device, this.host, asked);
    return {
      arch: spec.arch,
      uuid: device.uuid,
      evidence: report.toString("base64"),
      certificate: Buffer.from(device.identity.chain.join("\n")).toString("base64"),
    };
  }
}

const key = ecKey();

/** As guest-components' attester writes it. */
export function primaryOf({ hclReport, quote, certificates }: AzureEvidence) {
  return {
    version: 2,
    hcl_report: Buffer.from(hclReport).toString("base64url"),
    vcek: new X509Certificate(certificates[0] ?? "").raw.toString("base64url"),
    tpm_quote: {
      message: Buffer.from(quote.message).toString("hex"),
      signature: Buffer.from(quote.signature).toString("hex"),
      pcrs: quote.registers,
    },
  };
}
