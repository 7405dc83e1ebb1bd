import { readFileSync } from "node:fs";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseSnpReport } from "../../../components/verdict/evidence/snpReport";
import { agentCertificates, agentReportBytes, agentReportSchema } from "../../../tooling/verdict/agentReport";
import { TestAuthority } from "../../../tooling/attestation/authority";
import { root } from "../../support/factory";

interface Sample {
  readonly name: string;
  /** Base64 of the report. */
  readonly report: string;
  /** The same report by `serde_json` of the `sev` crate, version 6.3.1. */
  readonly agent: Record<string, unknown>;
}

const samples = JSON.parse(readFileSync(join(root, "test/support/verdict/agentReports.json"), "utf8")) as Sample[];

describe("an SNP report as the attestation agent passes it on", () => {
  it.each(samples)("$name, becomes the bytes that were signed", ({ report, agent }) => {
    expect(agentReportBytes(agentReportSchema.parse(agent)).toString("base64")).toBe(report);
  });

  it("is read like any other afterwards", () => {
    const [first] = samples;
    const parsed = parseSnpReport(agentReportBytes(agentReportSchema.parse(first?.agent)));
    expect(parsed.version).toBe(2);
    expect(parsed.measurement).toBe(Buffer.from(first?.agent.measurement as number[]).toString("hex"));
  });

  it.each([
    ["a field is missing", { measurement: undefined }],
    ["a byte is none", { measurement: Array<number>(48).fill(256) }],
    ["a number is not exact", { launch_mit_vector: 2 ** 60 }],
    ["there is a field that is not known", { extra: 1 }],
    ["a digest is too short", { host_data: [1, 2] }],
  ])("is refused where %s", (_, change) => {
    expect(agentReportSchema.safeParse({ ...samples[0]?.agent, ...change }).success).toBe(false);
  });
});

describe("the table of certificates that comes along", () => {
  it("becomes PEM, the signer's own first", async () => {
    const authority = await TestAuthority.create("ARK");
    const { certificate } = await authority.issue({ commonName: "VCEK", curve: "P-384" });
    const der = (text: string) => [...new X509Certificate(text).raw];
    const chain = agentCertificates([
      { cert_type: "ARK", data: der(authority.root) },
      { cert_type: { OTHER: "00000000-0000-0000-0000-000000000001" }, data: [1, 2, 3] },
      { cert_type: "VCEK", data: der(certificate) },
    ]);
    expect(chain.map((text) => new X509Certificate(text).fingerprint256)).toEqual(
      [certificate, authority.root].map((text) => new X509Certificate(text).fingerprint256),
    );
  });

  it("is refused with intermediates alone, and may be empty", () => {
    expect(() => agentCertificates([{ cert_type: "ASK", data: [1] }])).toThrow("neither a VCEK nor a VLEK");
    expect(agentCertificates([])).toEqual([]);
  });
});
