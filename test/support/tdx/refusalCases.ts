import type { Grade } from "../../../components/verdict/finding";
import type { TdxCheck } from "../../../components/verdict/tdx/checklist";
import { encodePckExtension } from "../../../tooling/attestation/encodePck";
import { quotingEnclave } from "../../../tooling/attestation/encodeTdx";
import { tdxFirmware } from "../../../tooling/attestation/vendors";
import type { Change } from "./changes";
import {
  body,
  chainOf,
  day,
  enclave,
  expected,
  file,
  flipped,
  freshKey,
  later,
  level,
  qeIdentity,
  quote,
  revoked,
  revoking,
  signedBy,
  tcbInfo,
  text,
  withRoot,
} from "./changes";
import { goodBody, now, questionOf, quoteOf, withPlatform } from "./scene";

/** What is changed, the check that has to say so, how, and the grade if it is not `failed`. */
type Case = readonly [string, TdxCheck, Change, "notChecked"?];

const cases: readonly Case[] = [
  // The quote and its signatures.
  ["an empty quote", "tdx-quote", quote(() => Buffer.alloc(0))],
  ["a quote that is cut", "tdx-quote", quote((bytes) => bytes.subarray(0, 1000))],
  ["a quote of version 3", "tdx-quote", quote((bytes) => (bytes.writeUInt16LE(3), bytes))],
  ["an SGX quote", "tdx-quote", quote((bytes) => (bytes.writeUInt32LE(0, 4), bytes))],
  ["a key of P-384", "tdx-quote", quote((bytes) => (bytes.writeUInt16LE(3, 2), bytes))],
  ["a quoting enclave of another vendor", "tdx-quote", quote((bytes) => (bytes.writeUInt8(0, 12), bytes))],
  ["text behind the quote", "tdx-quote", quote((bytes) => Buffer.concat([bytes, Buffer.from("more")]))],
  [
    "a version 5 quote whose body says another size",
    "tdx-quote",
    (scene) => quote((bytes) => (bytes.writeUInt32LE(584, 50), bytes))({ ...scene, format: "TDX 1.5" }, scene),
  ],
  [
    "a version 5 quote with a body of an enclave",
    "tdx-quote",
    (scene) => quote((bytes) => (bytes.writeUInt16LE(1, 48), bytes))({ ...scene, format: "TDX 1.5" }, scene),
  ],
  ["a body that was changed after signing", "tdx-signature", quote((bytes) => (bytes.writeUInt8(9, 200), bytes))],
  [
    "an attestation key that the enclave does not name",
    "tdx-signature",
    (scene) => questionOf({ ...scene, enclave: { ...scene.enclave, ...freshKey(scene) } }),
  ],
  [
    "an enclave's report that another platform signed",
    "tdx-signature",
    async (scene) => {
      const other = quotingEnclave(await scene.authority.issuePck(encodePckExtension(scene.platform)));
      return questionOf({ ...scene, enclave: { ...other, pck: scene.enclave.pck } });
    },
  ],
  // The platform's certificate.
  [
    "a chain under a root that anyone can make",
    "tdx-chain",
    async (scene, stranger) => ({ ...(await questionOf(scene)), quote: quoteOf(stranger) }),
  ],
  [
    "a stranger's platform with the true authority put above it",
    "tdx-chain",
    async (scene, stranger) => {
      const { enclave: theirs } = stranger;
      const chain = [theirs.pck.certificate, ...scene.enclave.pck.chain.slice(1)];
      return questionOf({ ...scene, enclave: { ...theirs, pck: { ...theirs.pck, chain } } });
    },
  ],
  [
    "a chain without the authority",
    "tdx-chain",
    (scene) => {
      const { pck } = scene.enclave;
      return questionOf({ ...scene, enclave: { ...scene.enclave, pck: { ...pck, chain: pck.chain.slice(0, 1) } } });
    },
  ],
  [
    "no chain at all",
    "tdx-chain",
    (scene) => {
      const pck = { ...scene.enclave.pck, chain: [] };
      return questionOf({ ...scene, enclave: { ...scene.enclave, pck }, authority: withRoot(scene, "") });
    },
  ],
  [
    "a certificate that has run out",
    "tdx-chain",
    async (scene) => questionOf(await withPlatform(scene, {}, { notAfter: new Date(now.getTime() - day) })),
  ],
  [
    "a certificate that is not valid yet",
    "tdx-chain",
    async (scene) => questionOf(await withPlatform(scene, {}, { notBefore: new Date(now.getTime() + day) })),
  ],
  [
    "a certificate of another name",
    "tdx-chain",
    async (scene) => questionOf(await withPlatform(scene, {}, { commonName: "SIMULATED Intel SGX TCB Signing" })),
  ],
  [
    "an authority's certificate in place of a platform's",
    "tdx-chain",
    async (scene) => questionOf(await withPlatform(scene, {}, { ca: true })),
  ],
  [
    "a platform's certificate that the root issued itself",
    "tdx-chain",
    async (scene) => questionOf(await withPlatform(scene, {}, { byRoot: true })),
  ],
  [
    "a platform's certificate with a key of P-384",
    "tdx-signature",
    async (scene) => {
      const { enclave: theirs, ...rest } = await withPlatform(scene, {}, { curve: "P-384" });
      return questionOf({ ...rest, enclave: { ...theirs, reportSignature: theirs.reportSignature.subarray(0, 64) } });
    },
  ],
  [
    "a certificate without Intel's extension",
    "tdx-pck",
    async (scene) => questionOf(await withPlatform(scene, {}, { extensions: {} })),
  ],
  [
    "a rehearsal's names under roots that count",
    "tdx-chain",
    async (scene) => {
      const { quote: bytes, context } = await questionOf(scene);
      return { quote: bytes, context: { ...context, roots: { ...context.roots, simulated: false } } };
    },
  ],
  // Revocation.
  [
    "a platform that was revoked",
    "tdx-pck-revocation",
    (scene) => revoking(scene, { platforms: [scene.enclave.pck.serial], root: [] }),
  ],
  [
    "an authority that was revoked",
    "tdx-root-revocation",
    (scene) => revoking(scene, { platforms: [], root: [scene.authority.authoritySerial] }),
  ],
  [
    "a signer of TCB information that was revoked",
    "tdx-tcb-signer",
    (scene) => revoking(scene, { platforms: [], root: [scene.signer.serial] }),
  ],
  [
    "a platform on a list that has run out",
    "tdx-pck-revocation",
    (scene) =>
      later(60)({ ...scene, content: revoked(scene, { platforms: [scene.enclave.pck.serial], root: [] }) }, scene),
  ],
  ["a list that was changed", "tdx-pck-revocation", file("intel-pck-crl", flipped(-1))],
  ["a list that is none", "tdx-root-revocation", file("intel-root-crl", () => Buffer.from("none"))],
  [
    "a list by a stranger of the same name",
    "tdx-pck-revocation",
    async (scene, stranger) => {
      const theirs = (await questionOf(stranger)).context.collateral.find(({ kind }) => kind === "intel-pck-crl");
      return file("intel-pck-crl", () => theirs?.bytes)(scene, stranger);
    },
  ],
  ["lists of the future", "tdx-pck-revocation", later(-30)],
  // What Intel says of the platform.
  ["an older TDX module", "tdx-tcb-status", body({ tcb_svn: tdxFirmware.old })],
  ["firmware older than any level", "tdx-tcb-status", body({ tcb_svn: "00".repeat(16) })],
  ["an older PCESVN", "tdx-tcb-status", async (scene) => questionOf(await withPlatform(scene, { pceSvn: 10 }))],
  [
    "older microcode",
    "tdx-tcb-status",
    async (scene) =>
      questionOf(await withPlatform(scene, { sgxComponents: [4, ...scene.platform.sgxComponents.slice(1)] })),
  ],
  ["a platform that needs configuration", "tdx-tcb-status", tcbInfo(level("ConfigurationNeeded"))],
  ["a platform that needs hardening", "tdx-tcb-status", tcbInfo(level("SWHardeningNeeded", ["INTEL-SA-00615"]))],
  ["a platform whose TCB was revoked", "tdx-tcb-status", tcbInfo(level("Revoked"))],
  ["a status that nobody knows", "tdx-tcb-status", tcbInfo(level("uptodate"))],
  [
    "a TDX module of a line that is out of date",
    "tdx-tcb-status",
    body({ tcb_svn: "02010500000000000000000000000000" }),
  ],
  [
    "a TDX module of a line that Intel does not list",
    "tdx-tcb-status",
    body({ tcb_svn: "06090500000000000000000000000000" }),
  ],
  [
    "a running TDX module that is older than the one at launch",
    "tdx-tcb-status",
    body({ tee_tcb_svn2: tdxFirmware.old }, "TDX 1.5"),
  ],
  ["TCB information altered by one byte", "tdx-tcb-info", file("intel-tcb-info", text('"svn":5', '"svn":4'))],
  ["TCB information with another status", "tdx-tcb-info", file("intel-tcb-info", text("OutOfDate", "UpToDate"))],
  ["TCB information that was formatted", "tdx-tcb-info", file("intel-tcb-info", text('"id":', '"id": '))],
  [
    "TCB information with a level said twice",
    "tdx-tcb-info",
    file("intel-tcb-info", text('"fmspc"', '"id":"TDX","fmspc"')),
  ],
  ["TCB information for SGX", "tdx-tcb-info", tcbInfo((info) => ({ ...info, id: "SGX" }))],
  ["TCB information of version 2", "tdx-tcb-info", tcbInfo((info) => ({ ...info, version: 2 }))],
  ["TCB information of another PCEID", "tdx-tcb-info", tcbInfo((info) => ({ ...info, pceId: "0001" }))],
  [
    "TCB information of another FMSPC",
    "tdx-tcb-info",
    tcbInfo((info) => ({ ...info, fmspc: "00906ED50000" })),
    "notChecked",
  ],
  ["TCB information of tomorrow", "tdx-tcb-info", later(-8)],
  ["TCB information that a stranger signed", "tdx-tcb-info", signedBy],
  ["a stranger's signing chain", "tdx-tcb-signer", chainOf],
  [
    "TCB information that a platform's key signed",
    "tdx-tcb-signer",
    (scene) => questionOf({ ...scene, signer: scene.enclave.pck }),
  ],
  [
    "TCB information by a signer whose certificate ran out",
    "tdx-tcb-signer",
    async (scene) => {
      const signer = await scene.authority.issueTcbSigner({ notAfter: new Date(now.getTime() - day) });
      return questionOf({ ...scene, signer });
    },
  ],
  [
    "TCB information that has ended, with what it said then",
    "tdx-tcb-status",
    (scene) => later(60)({ ...scene, body: { ...scene.body, tcb_svn: tdxFirmware.old } }, scene),
  ],
  ["TCB information that has ended", "tdx-tcb-status", later(60), "notChecked"],
  ["no TCB information", "tdx-tcb-status", file("intel-tcb-info", () => undefined), "notChecked"],
  ["no signing chain", "tdx-tcb-info", file("intel-tcb-signing-chain", () => undefined), "notChecked"],
  // The quoting enclave.
  ["a quoting enclave that somebody else signed", "tdx-qe-identity", enclave({ mrSigner: "ab".repeat(32) })],
  ["an enclave of Intel's for another purpose", "tdx-qe-identity", enclave({ isvProdId: 1 })],
  [
    "a quoting enclave that can be debugged",
    "tdx-qe-identity",
    enclave({ attributes: "1700000000000000e700000000000000" }),
  ],
  ["an older quoting enclave", "tdx-qe-version", enclave({ isvSvn: 2 })],
  ["a quoting enclave older than any level", "tdx-qe-version", enclave({ isvSvn: 1 })],
  ["another MISCSELECT", "tdx-qe-identity", qeIdentity({ miscselect: "01000000" })],
  ["an identity of SGX's quoting enclave", "tdx-qe-identity", qeIdentity({ id: "QE" })],
  [
    "an identity altered by one byte",
    "tdx-qe-identity",
    file("intel-qe-identity", text('"isvprodid":2', '"isvprodid":3')),
  ],
  ["an identity that has ended", "tdx-qe-version", later(60), "notChecked"],
  ["no identity", "tdx-qe-identity", file("intel-qe-identity", () => undefined), "notChecked"],
  // The TDX module.
  ["a TDX module that is not Intel's", "tdx-module", body({ mrsigner_seam: "01".repeat(48) })],
  ["a TDX module with attributes", "tdx-module", body({ seam_attributes: "0100000000000000" })],
  [
    "a TDX module that the release does not accept",
    "tdx-mr-seam",
    expected({
      tcb: { tdx: { xfam: [goodBody.xfam], attributes: [goodBody.td_attributes], mrSeam: ["aa".repeat(48)] } },
    }),
  ],
  // The guest.
  ["other firmware", "tdx-mrtd", body({ mr_td: "01".repeat(48) })],
  ["another kernel", "tdx-rtmr1", body({ rtmr_1: "01".repeat(48) })],
  ["another kernel's command line", "tdx-rtmr2", body({ rtmr_2: "01".repeat(48) })],
  ["a release for SEV-SNP", "tdx-mrtd", expected({ launch: { snp: { measurement: "c".repeat(96) } } })],
  ["an owner that the host named", "tdx-owner", body({ mr_owner: "01".repeat(48) }), "notChecked"],
  ["debugging", "tdx-debug", body({ td_attributes: "0100001000000000" })],
  ["profiling from outside", "tdx-debug", body({ td_attributes: "2000001000000000" })],
  ["migration", "tdx-migratable", body({ td_attributes: "0000003000000000" })],
  ["exceptions by the host", "tdx-sept-ve", body({ td_attributes: "0000000000000000" }), "notChecked"],
  ["an attribute that the release does not list", "tdx-attributes", body({ td_attributes: "0000005000000000" })],
  ["features that the release does not list", "tdx-xfam", body({ xfam: "e700060000000000" })],
  ["a migration TD", "tdx-service-td", body({ mr_servicetd: "01".repeat(48) }, "TDX 1.5")],
  [
    "a service TD that was bound later",
    "tdx-service-td",
    body({ cur_servtd_hash: "01".repeat(48) }, "TDX 1.5, extended"),
  ],
  ["other init-data", "tdx-mrconfigid", body({ mr_config_id: "00".repeat(48) })],
  ["another question's report data", "tdx-report-data", body({ report_data: "00".repeat(64) })],
  ["a replayed quote", "tdx-report-data", expected({ reportData: { value: "ee".repeat(64) } })],
  ["no question", "tdx-report-data", expected({ reportData: { unknown: "nothing was asked" } }), "notChecked"],
];

export const refusalCases = cases.map(([name, check, change, grade = "failed" as const]) => ({
  name,
  check,
  change,
  grade: grade satisfies Grade,
}));
