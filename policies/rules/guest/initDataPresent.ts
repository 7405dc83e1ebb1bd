import { annotation } from "../../admission/cel";
import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import type { Breakage } from "../../breakage";
import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { initDataAnnotations } from "../../initData";
import { missing } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const version = "0.1.0";
/** Spellings that Kata's runtime and the attestation service know; those of IANA (`sha-256`) are not among them. */
const algorithms = ["sha256", "sha384", "sha512"];

/** Mistakes inside the document. */
const inside: readonly Breakage[] = [
  {
    mistake: "something else than TOML",
    path: initDataPointer,
    replaceInInitData: ["[data]", "[data"],
    expect: initDataPath,
  },
  {
    mistake: "another version",
    path: initDataPointer,
    replaceInInitData: ['"0.1.0"', '"0.2.0"'],
    expect: `${initDataPath}#version`,
  },
  {
    mistake: "the algorithm as the specification spells it",
    path: initDataPointer,
    replaceInInitData: ['"sha256"', '"sha-256"'],
    expect: `${initDataPath}#algorithm`,
  },
  {
    mistake: "a misspelt table",
    path: initDataPointer,
    replaceInInitData: ["[data]", "[date]"],
    expect: `${initDataPath}#data`,
  },
];

export const initDataPresent = resourceRule({
  id: "init-data-present",
  title: "A confidential pod brings init-data that its guest can read and measure",
  pillar: "guest",
  severity: "critical",
  threat:
    "Without it the guest obeys the policy of its image, which allows everything, and asks whichever key broker the host names.",
  remediation: `Annotate the pod with base64 of gzip of TOML: version = "${version}", algorithm = "sha256", and [data].`,
  source: file(repositories.kata, "src/libs/kata-types/src/initdata.rs"),
  platforms: bareMetal,
  claims: ["guest-rules-bound"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `${annotation(initDataAnnotationKey)} != ""`,
        message: `metadata.annotations["${initDataAnnotationKey}"] is missing`,
      },
      {
        // Gzip's magic number, seen through base64. The alphabet of a long text would cost too much to look at.
        expression: `${annotation(initDataAnnotationKey)}.startsWith("H4sI") && size(${annotation(initDataAnnotationKey)}) % 4 == 0`,
        message: `metadata.annotations["${initDataAnnotationKey}"] is not base64 of gzip`,
      },
    ],
    blindTo: Object.fromEntries(
      inside.map(({ mistake }) => [mistake, "CEL cannot unpack gzip; the guest, and the preview, can"]),
    ),
  },
  boundary: { by: "keyBroker", how: "the resource policy compares the digest of init-data in the evidence" },
  looksAt: initDataAnnotations,
  *check({ pod, annotation, decoded }) {
    if (!annotation.present && !missing(pod.object, annotation)) return;
    if ("error" in decoded) {
      yield annotation.hidden().finding(decoded.error);
      return;
    }
    const { document } = decoded;
    if (document.at("version").text !== version) yield document.at("version").finding(`is not ${version}`);
    if (!algorithms.includes(document.at("algorithm").text ?? ""))
      yield document.at("algorithm").finding(`is none of ${algorithms.join(", ")}, so nothing binds the document`);
    if (document.at("data").keys().length === 0) yield document.at("data").finding("tells the guest nothing");
  },
  compliant: [confidentialDeployment],
  breakages: [
    { mistake: "no init-data", path: initDataPointer, remove: true, expect: initDataPath },
    { mistake: "an empty annotation, which is ignored", path: initDataPointer, value: "", expect: initDataPath },
    { mistake: "TOML as it is", path: initDataPointer, value: 'version = "0.1.0"', expect: initDataPath },
    {
      mistake: "base64 without gzip",
      path: initDataPointer,
      value: Buffer.from('version = "0.1.0"').toString("base64"),
      expect: initDataPath,
    },
    ...inside,
  ],
});
