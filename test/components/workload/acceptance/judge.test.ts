import { createPublicKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { preAuthEncoding } from "../../../../components/workload/acceptance/envelope";
import type { Demands } from "../../../../components/workload/acceptance/judge";
import { judgeRelease, refusalsOf } from "../../../../components/workload/acceptance/judge";
import { simulatedAttestations } from "../../../../tooling/rehearsal/imageAttestations";
import {
  bill,
  billLine,
  billType,
  demands,
  envelope,
  now,
  release,
  scanLine,
  scanType,
  scanners,
  trivyScan,
} from "../../../support/attestations";

const refusals = (text: string | undefined, changes: Partial<Demands> = {}, of = release) =>
  refusalsOf(judgeRelease(of, text, { ...demands, ...changes }, now));
const fileOf = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const scanRefusal = (...lines: readonly string[]) => refusals(fileOf(...lines, billLine()));
const noScan = `llama-8b.attestations.jsonl: no vulnerability scan of the image ${release.image.digest} counts`;
const remedy = "have it attested by Scanner A or Scanner B";

interface Parsed {
  payload: string;
  payloadType: string;
  signatures: object[];
}
const changed = (line: string, change: (parsed: Parsed) => void): string => {
  const parsed = JSON.parse(line) as Parsed;
  change(parsed);
  return JSON.stringify(parsed);
};

/** An envelope around any text. */
function signed(payload: string | Buffer, key: KeyObject, payloadType = "application/vnd.in-toto+json"): string {
  const bytes = Buffer.from(payload);
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  const sig = sign(algorithm, preAuthEncoding(payloadType, bytes), key).toString("base64");
  return JSON.stringify({ payload: bytes.toString("base64"), payloadType, signatures: [{ sig }] });
}

describe("a release whose image is attested", () => {
  it("is accepted, and it is said by what", () => {
    const judgement = judgeRelease(release, fileOf(billLine(), scanLine()), demands, now);
    expect(judgement).toEqual({
      findings: [
        { demand: "registry", met: "nvcr.io/nim" },
        { demand: "vulnerability scan", met: "llama-8b.attestations.jsonl, line 2, signed by Scanner A" },
        { demand: "SBOM", met: "llama-8b.attestations.jsonl, line 1, signed by Scanner B" },
      ],
      setAside: [],
    });
  });

  it("is accepted with what a rehearsal makes", () => {
    expect(refusals(simulatedAttestations(release, scanners.lab, now))).toEqual([]);
    expect(simulatedAttestations(release, scanners.lab, now)).not.toBe("");
  });

  it("is accepted beside envelopes that do not count, which are named", () => {
    const text = fileOf(
      scanLine(trivyScan(), scanners.stranger),
      envelope({ predicateType: "https://slsa.dev/provenance/v1", predicate: {} }, scanners.lab),
      scanLine(),
      billLine(),
    );
    const judgement = judgeRelease(release, text, demands, now);
    expect(refusalsOf(judgement)).toEqual([]);
    expect(judgement.setAside).toEqual([
      "llama-8b.attestations.jsonl: line 1 carries no valid signature by Scanner A or Scanner B",
      "llama-8b.attestations.jsonl: line 2 is of the type https://slsa.dev/provenance/v1, which is not judged",
    ]);
  });

  it("needs no attestation that is not demanded, and no file where none is", () => {
    expect(refusals(fileOf(scanLine()), { sbom: undefined })).toEqual([]);
    expect(refusals(undefined, { sbom: undefined, vulnerabilityScan: undefined })).toEqual([]);
  });

  it("is judged by the digest alone, whatever the subject's name", () => {
    const about = { imageDigest: release.image.digest, predicateType: billType, predicate: bill };
    expect(refusals(fileOf(scanLine(), billLine(about.predicate)))).toEqual([]);
    const other = `sha256:${"b".repeat(64)}`;
    expect(
      refusals(
        fileOf(envelope({ predicateType: scanType, predicate: trivyScan() }, scanners.clinic, other), billLine()),
      ),
    ).toEqual([`${noScan}: line 1 is about another image; ${remedy}`]);
  });
});

describe("attestations that somebody tampered with", () => {
  it.each<[string, string, string]>([
    [
      "a key that is not pinned",
      scanLine(trivyScan(), scanners.stranger),
      "line 1 carries no valid signature by Scanner A or Scanner B",
    ],
    [
      "a payload swapped under the signature",
      changed(scanLine(), (parsed) => {
        parsed.payload = (JSON.parse(scanLine(trivyScan("2026-11-20T00:00:00Z"))) as Parsed).payload;
      }),
      "line 1 carries no valid signature by Scanner A or Scanner B",
    ],
    [
      "another payload type",
      changed(scanLine(), (parsed) => {
        parsed.payloadType = "application/vnd.in-toto.vuln+json";
      }),
      "line 1 carries no valid signature by Scanner A or Scanner B",
    ],
    [
      "its signatures taken away",
      changed(scanLine(), (parsed) => {
        parsed.signatures = [];
      }),
      "line 1 is unsigned",
    ],
    [
      "a signature of another envelope",
      changed(scanLine(), (parsed) => {
        parsed.signatures = (JSON.parse(billLine()) as Parsed).signatures;
      }),
      "line 1 carries no valid signature by Scanner A or Scanner B",
    ],
    [
      "the signer's other kind of document",
      signed("{}", scanners.clinic, "application/vnd.oci.image.manifest.v1+json"),
      `line 1 carries "application/vnd.oci.image.manifest.v1+json", and only application/vnd.in-toto+json is read`,
    ],
    ["a signed text", signed("scanned, all well", scanners.clinic), "line 1 signs something that is not JSON"],
    [
      "bytes that are no text",
      signed(Buffer.from([0xff, 0xfe]), scanners.clinic),
      "line 1 signs something that is not UTF-8",
    ],
    [
      "a predicate type twice",
      signed(
        `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${release.image.digest.slice(7)}"}}],` +
          `"predicateType":"${scanType}","predicateType":"${billType}","predicate":{}}`,
        scanners.clinic,
      ),
      "line 1 signs something that names a key twice in one object",
    ],
    [
      "a statement of another version",
      signed(`{"_type":"https://in-toto.io/Statement/v2","subject":[],"predicateType":"x"}`, scanners.clinic),
      "line 1 signs no in-toto statement (_type)",
    ],
    [
      "no subject",
      signed(`{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}`, scanners.clinic),
      "line 1 signs no in-toto statement (subject)",
    ],
    [
      "a subject by another algorithm",
      signed(
        `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha1":"${release.image.digest.slice(7)}"}}],` +
          `"predicateType":"${scanType}","predicate":{}}`,
        scanners.clinic,
      ),
      "line 1 is about another image",
    ],
    [
      "a predicate of a type that nobody judges",
      envelope({ predicateType: `${scanType}x`, predicate: trivyScan() }, scanners.clinic),
      `line 1 is of the type ${scanType}x, which is not judged`,
    ],
  ])("%s", (_, line, reason) => {
    expect(scanRefusal(line)).toEqual([`${noScan}: ${reason}; ${remedy}`]);
  });

  it("refuse all where the file cannot be read, since what is missing cannot be known", () => {
    expect(refusals(fileOf(scanLine(), billLine(), "{"))).toEqual([
      "llama-8b.attestations.jsonl: line 3 is not JSON; write one DSSE envelope a line",
      "llama-8b.attestations.jsonl: line 3 is not JSON; write one DSSE envelope a line",
    ]);
    expect(refusals(undefined)).toHaveLength(2);
    expect(refusals(undefined)[0]).toMatch(/^llama-8b\.attestations\.jsonl: is missing beside the release/);
  });

  it("count for one key however often it signed, and for either of two", () => {
    const both = changed(scanLine(), (parsed) => {
      parsed.signatures = [
        ...(JSON.parse(scanLine(trivyScan(), scanners.stranger)) as Parsed).signatures,
        ...parsed.signatures,
      ];
    });
    expect(scanRefusal(both)).toEqual([]);
  });
});

describe("a vulnerability scan", () => {
  const refusedScan = (predicate: unknown, type = scanType) =>
    scanRefusal(scanLine(predicate, scanners.clinic, type))[0];

  it.each([
    ["on its last day", "2026-10-21T12:00:00Z", undefined],
    ["a second older", "2026-10-21T11:59:59Z", /was made at 2026-10-21, more than 30 days ago; scan the image again/],
    ["by a clock a little fast", "2026-11-20T12:04:59.5Z", undefined],
    ["in another time zone", "2026-11-20T14:00:00+02:00", undefined],
    ["of tomorrow", "2026-11-21T12:00:00Z", /made at 2026-11-21, which is yet to come/],
    ["of no day that exists", "2026-11-31T12:00:00", /is no scan record \(metadata\.scanFinishedOn/],
    ["of a day without a time", "2026-11-19", /is no scan record \(metadata\.scanFinishedOn/],
  ])("%s", (_, finishedOn, refusal) => {
    const refused = refusedScan(trivyScan(finishedOn));
    if (refusal === undefined) expect(refused).toBeUndefined();
    else expect(refused).toMatch(refusal);
  });

  it("with a finding worse than accepted is refused, which is named", () => {
    const found: [string, string][] = [
      ["CVE-2026-1", "HIGH"],
      ["CVE-2026-2", "CRITICAL"],
    ];
    expect(refusedScan(trivyScan(undefined, found))).toMatch(
      /line 1 found 1 worse than high: CVE-2026-2 \(critical\); mend/,
    );
    expect(
      refusals(fileOf(scanLine(trivyScan(undefined, found)), billLine()), {
        vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "critical" },
      }),
    ).toEqual([]);
    const four = ["a", "b", "c", "d"].map((id): [string, string] => [id, "CRITICAL"]);
    expect(refusedScan(trivyScan(undefined, four))).toMatch(
      /found 4 .*a \(critical\), b \(critical\), c \(critical\), …;/,
    );
  });

  it("with a report that cannot be read is refused, unless findings are not looked at", () => {
    const scan = { ...trivyScan(), scanner: { result: { verdict: "clean" } } };
    expect(refusedScan(scan)).toMatch(/holds a report whose findings cannot be read/);
    const line = fileOf(scanLine(scan), billLine());
    expect(refusals(line, { vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "critical" } })).toEqual([]);
  });

  it("of the newest kind is judged by the age of its database, too", () => {
    const inToto = (lastUpdate: string) => ({
      scanner: { uri: "x", db: { lastUpdate }, result: [] },
      metadata: { scanStartedOn: "2026-11-19T00:00:00Z", scanFinishedOn: "2026-11-19T00:01:00Z" },
    });
    for (const type of ["https://in-toto.io/attestation/vulns/v0.1", "https://in-toto.io/attestation/vulns/v0.2"]) {
      expect(refusedScan(inToto("2026-11-18T17:45:50.52Z"), type)).toBeUndefined();
      expect(refusedScan(inToto("2026-09-01T00:00:00Z"), type)).toMatch(/used a vulnerability database of 2026-09-01/);
    }
  });

  it("in the plural of cosign's specification is judged whole", () => {
    const { scanner, ...rest } = trivyScan();
    const bad = trivyScan(undefined, [["CVE-9", "CRITICAL"]]).scanner;
    expect(refusedScan({ ...rest, scanners: [scanner] })).toBeUndefined();
    expect(refusedScan({ ...rest, scanners: [scanner, bad] })).toMatch(/CVE-9/);
    expect(refusedScan({ ...rest, scanners: [] })).toMatch(/is no scan record \(scanner/);
  });

  it("does not outvote a newer one, in whatever order they stand", () => {
    const older = scanLine(trivyScan("2026-11-10T00:00:00Z"));
    const newer = scanLine(trivyScan("2026-11-19T00:00:00Z", [["CVE-7", "CRITICAL"]]), scanners.lab);
    for (const lines of [
      [older, newer],
      [newer, older],
    ])
      expect(scanRefusal(...lines)[0]).toMatch(/CVE-7/);
    expect(scanRefusal(scanLine(trivyScan("2026-11-10T00:00:00Z", [["CVE-7", "CRITICAL"]])), scanLine())).toEqual([]);
  });

  it("that is no record at all does not stand in the way of one that is", () => {
    expect(scanRefusal(scanLine({ all: "well" }), scanLine())).toEqual([]);
    expect(scanRefusal(scanLine({ all: "well" }))[0]).toMatch(/is no scan record/);
    for (const predicate of [null, {}, "clean", []]) expect(refusedScan(predicate)).toMatch(/is no scan record/);
  });
});

describe("a bill of materials", () => {
  const spdx2 = { spdxVersion: "SPDX-2.3", packages: [{ name: "vllm" }] };
  const spdx3 = { "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{}] };
  const refused = (predicate: unknown, type: string, changes: Partial<Demands> = {}) =>
    refusals(fileOf(scanLine(), billLine(predicate, scanners.lab, type)), changes)[0];

  it.each<[string, unknown]>([
    ["https://spdx.dev/Document", spdx2],
    ["https://spdx.dev/Document/v2.3", spdx2],
    ["https://spdx.dev/Document/v3", spdx3],
    ["https://cyclonedx.org/bom", bill],
    ["https://cyclonedx.org/bom/v1.4", bill],
  ])("of the type %s is accepted", (type, predicate) => {
    expect(refused(predicate, type)).toBeUndefined();
  });

  it.each<[string, unknown, string, RegExp]>([
    ["of no type that is known", bill, "https://cyclonedx.org/bomb", /which is not judged/],
    [
      "in text, as cosign's --type spdx has it",
      "SPDXVersion: SPDX-2.3",
      "https://spdx.dev/Document",
      /is not SPDX 2 in JSON .*spdxjson/,
    ],
    ["under another's type", bill, "https://spdx.dev/Document", /is not SPDX 2/],
    ["without a component", { ...bill, components: [] }, billType, /is not CycloneDX in JSON with components/],
    ["of nothing", null, billType, /is not CycloneDX/],
  ])("%s is refused", (_, predicate, type, reason) => {
    expect(refused(predicate, type)).toMatch(reason);
  });

  it("is in a format that the provider reads", () => {
    expect(refused(bill, billType, { sbom: { formats: ["spdx"] } })).toMatch(
      /line 2 is cyclonedx, and accepted is spdx/,
    );
  });
});

describe("an image's registry", () => {
  const from = (repository: string) =>
    refusals(
      fileOf(scanLine(), billLine()),
      { registries: ["nvcr.io/nim", "registry.acme.example"] },
      {
        ...release,
        image: { ...release.image, repository },
      },
    );

  it.each(["nvcr.io/nim", "nvcr.io/nim/meta/llama", "registry.acme.example/llama"])("may be %s", (repository) => {
    expect(from(repository)).toEqual([]);
  });

  it.each([
    "nvcr.io/nimble/llama",
    "nvcr.io",
    "registry.acme.example.evil.example/llama",
    "evil.example/nvcr.io/nim/a",
  ])("may not be %s", (repository) => {
    expect(from(repository)).toEqual([
      `the image's repository ${repository} is below none of the accepted registries (nvcr.io/nim, registry.acme.example); mirror the image there, or accept its registry`,
    ]);
  });
});

describe("an image's signature", () => {
  const key = "1".repeat(64);
  const signedBy = (signer: string | undefined) =>
    refusals(
      fileOf(scanLine(), billLine()),
      { imageSigners: [key] },
      { ...release, image: { ...release.image, signer } },
    );

  it("has to be demanded by the guest, of an accepted key", () => {
    expect(signedBy(key)).toEqual([]);
    expect(signedBy("2".repeat(64))[0]).toMatch(
      /^the release has its guest demand its image's signature by the key 2{64}, and/,
    );
    expect(signedBy(undefined)[0]).toMatch(/^the release has its guest demand no signature of its image, and accepted/);
  });
});

it("a signer that is none stops everything: a policy that cannot be read accepts nobody", () => {
  const attestationSigners = [{ name: "Scanner A", publicKey: "no key" }];
  expect(() => refusals(fileOf(scanLine()), { attestationSigners })).toThrow(/Scanner A: publicKey is no PEM/);
  expect(createPublicKey(scanners.clinic).asymmetricKeyType).toBe("ec");
});
