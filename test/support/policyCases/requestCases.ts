import type { Release } from "../../../components/workload/release";
import type { Token } from "../ear";
import { genuineToken } from "../evidence";
import { withValue } from "../factory";
import { board, current, former, hostile, hostileTexts, rolloverEnd, settings, sibling, snp, tdx } from "./guests";
import type { Path } from "./paths";
import { cpu, device, snpClaim } from "./paths";
import type { Request, ResourceCase } from "./resourceCase";
import { first, requestFor, tokenOf } from "./resourceCase";

const newer = { bootloader: 11, microcode: 255, snp: 26, tee: 2 };

/** What a genuine guest may do, and what it may not. */
const requests: readonly ResourceCase[] = (
  [
    ["its other key", "acme/registry/nvcr", {}, true],
    ["another release's key", first(sibling), {}, false],
    ["another owner's key", first(tdx), {}, false],
    ["a path that starts with its own", `${first(snp)}/more`, {}, false],
    ["a part of its own path", "acme/model-key", {}, false],
    ["its own path with an empty part", `${first(snp)}/`, {}, false],
    ["its own path in other capitals", first(snp).toUpperCase(), {}, false],
    ["a path with a wildcard", "acme/model-key/*", {}, false],
    ["a path out of its folder", "acme/model-key/../model-key/llama-8b", {}, false],
    ["a resource that no release names", "acme/model-key/other", {}, false],
    ["its own path of another plugin", first(snp), { plugin: "pkcs11" }, false],
    ["its own path of no plugin", first(snp), { plugin: "" }, false],
    ["its own path with a query", first(snp), { query: { version: "1" } }, false],
    ["no path at all", "", { "resource-path": [] }, false],
  ] satisfies [string, string, Partial<Request>, boolean][]
).map(([what, path, changes, allowed]) => ({
  title: `a genuine guest asks for ${what}`,
  setting: "remote",
  token: tokenOf("remote", snp),
  request: requestFor(path, changes),
  allowed,
}));

const newerFirmware: readonly ResourceCase[] = Object.entries(newer).map(([part, version]) => ({
  title: `newer ${part} firmware than the release asks for is as good`,
  setting: "remote",
  token: withValue(tokenOf("remote", snp), snpClaim(`reported_tcb_${part}`), version),
  request: requestFor(first(snp)),
  allowed: true,
}));

const end = Date.parse(rolloverEnd) / 1000;
const chat = (
  what: string,
  release: Release,
  iat: number,
  path: string,
  allowed: boolean,
  changes: (token: Token) => Token = (token) => token,
): ResourceCase => ({
  title: `rollover: ${what}`,
  setting: "remote",
  token: changes(genuineToken(release, settings.remote.options, iat)),
  request: requestFor(path),
  allowed,
});

const rollover: readonly ResourceCase[] = [
  chat("the former release gets the shared key until its end", former, end - 1, "acme/model-key/chat", true),
  chat("the former release gets nothing from its end on", former, end, "acme/model-key/chat", false),
  chat("the current release gets the shared key before that", current, end - 1, "acme/model-key/chat", true),
  chat("the current release gets the shared key after that", current, end, "acme/model-key/chat", true),
  chat("the former release keeps its own key", former, end - 1, "acme/model-key/chat-adapter-1", true),
  chat("the former release gets none of its successor's own", former, end - 1, "acme/model-key/chat-adapter-2", false),
  chat("the current release gets none of its predecessor's own", current, end, "acme/model-key/chat-adapter-1", false),
  chat(
    "the former release's firmware does not do for its successor",
    current,
    end,
    "acme/model-key/chat",
    false,
    (token) => withValue(token, snpClaim("reported_tcb_microcode"), 84),
  ),
  chat("the former guest image with its successor's init-data", current, end, "acme/model-key/chat", false, (token) =>
    withValue(token, snpClaim("measurement"), former.launch.snp?.measurement),
  ),
];

const fromBoard = (part: string) => tokenOf("remote", board).submods[part];
const inSnp = (path: Path, value: unknown) => withValue(tokenOf("remote", snp), path, value);

/** Tokens that mix what belongs to different guests. */
const mixed: readonly ResourceCase[] = (
  [
    ["any genuine GPU will do where the owner lists none", inSnp(["submods", "gpu0"], fromBoard("gpu3")), true],
    ["a switch in a GPU's place", inSnp(["submods", "gpu0"], fromBoard("switch0")), false],
    ["a protected PCIe topology in a GPU's place", inSnp(["submods", "gpu0"], fromBoard("ppcie0")), false],
    ["a CPU in a GPU's place", inSnp(["submods", "gpu0"], fromBoard("cpu0")), false],
    ["another release's CPU with this one's GPU", inSnp(cpu(), fromBoard("cpu0")), false],
    ["a TDX guest's CPU in an SNP guest's token", inSnp(cpu(), tokenOf("remote", tdx).submods.cpu0), false],
    [
      "the sample attester's claims in a TEE's place",
      inSnp(device("cpu0"), { init_data: snp.initData.digest, sample: { svn: "1", debug: false } }),
      false,
    ],
    ["a token that is a list", [tokenOf("remote", snp)], false],
    ["a token that is nothing", null, false],
  ] satisfies [string, unknown, boolean][]
).map(([what, token, allowed]) => ({
  title: `mixed: ${what}`,
  setting: "remote",
  token,
  request: requestFor(first(snp)),
  allowed,
}));

const driver = device("gpu0", "nvidia", "x-nvidia-gpu-driver-version");
const withDriver = (text: string) => withValue(tokenOf("hostile", hostile), driver, text);

/** Names and versions stay texts. */
const texts: readonly ResourceCase[] = [
  ...hostileTexts.map((text): [string, unknown, boolean] => [JSON.stringify(text), withDriver(text), true]),
  ["a text of none of them", withDriver('"]}'), false],
  ["all of them as one", withDriver(hostileTexts.join("")), false],
].map(([what, token, allowed]) => ({
  title: `hostile texts: a driver called ${String(what)}`,
  setting: "hostile",
  token,
  request: requestFor(first(hostile)),
  allowed: allowed === true,
}));

/** What genuine guests may ask for and what not, when, and in which company. */
export const requestCases: readonly ResourceCase[] = [...newerFirmware, ...requests, ...rollover, ...mixed, ...texts];
