import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Server } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Finding } from "../../../components/verdict/finding";
import { channelNonce } from "../../../components/verdict/token/examineConfidentialSpace";
import { spaceKeySet } from "../../../components/verdict/token/spaceKey";
import { addVerifySpaceCommand } from "../../../tooling/commands/verifyMachine";
import { collateralFetch } from "../../../tooling/verdict/collateralCommand";
import { readCollateral } from "../../../tooling/verdict/collateralIndex";
import type { VerifySpaceOptions } from "../../../tooling/verdict/machine/verifySpace";
import { verifySpace } from "../../../tooling/verdict/machine/verifySpace";
import type { MachineVerdictDocument } from "../../../tooling/verdict/outcome";
import { stopServer, tlsKey, tlsServer, urlOf } from "../../../tooling/verdict/simulated/guest";
import { simulatedRoots } from "../../../tooling/verdict/simulated/vendors";
import { TestVendors } from "../../../tooling/attestation/vendors";
import { imageDigest } from "../../support/cloudTokens";
import { refusalOf } from "../../support/commands";
import { changed, encoded, rsaKey, signedToken } from "../../support/signedTokens";
import {
  audience,
  expired,
  googles,
  googlesJwk,
  keySet,
  now,
  oidcKid,
  oidcToken,
  pkiToken,
  readersNonce,
  signedAt,
  spaceClaims,
  strangers,
} from "../../support/spaceTokens";
import { ReadersFolder } from "../../support/verdict/machineFiles";

const folder = new ReadersFolder();
let server: Server;
/** Claims of a token whose workload binds the key of `server`. */
let bound: typeof spaceClaims;
let options: VerifySpaceOptions;
let files = 0;
let requests = 0;

const expectation = {
  audience,
  imageDigest,
  imageRepository: "us-docker.pkg.dev/acme/models/serve",
  oldestVersion: "260400",
  arguments: ["/serve", "--port", "8000"],
  gpu: { model: "GCP_NVIDIA_H100", count: 1, drivers: ["550.127.05"], vbios: ["96.00.9F.00.01"] },
};

beforeAll(async () => {
  const tls = await tlsKey();
  server = await tlsServer(tls, 0, (_, response) => {
    requests += 1;
    response.end();
    return Promise.resolve();
  });
  const spki = createPublicKey(tls.certificate).export({ type: "spki", format: "der" });
  bound = { ...spaceClaims, eat_nonce: [readersNonce, channelNonce(spki)] };
  const roots = simulatedRoots(await TestVendors.create());
  options = {
    token: fileOf(pkiToken(await googles, bound)),
    expect: folder.write("space.yaml", expectation),
    nonce: readersNonce,
    url: urlOf(server),
    roots: folder.write("roots.json", { ...roots, googleConfidentialSpace: (await googles).root }),
    collateral: folder.collateral("collateral", [keySet()], now),
    simulated: true,
    timeout: 5,
    accept: [],
    json: true,
    all: false,
  };
});
afterAll(async () => {
  await stopServer(server);
  folder.remove();
});

const google = "asserted:a SIMULATED Google";
const byName = [google, "unchecked:space-rules"];
const fileOf = (content: unknown, name = "token.jwt") => folder.write(`${++files}-${name}`, content);
const run = async (changes: Partial<VerifySpaceOptions> = {}, at = now) => {
  const { text, exitCode } = await verifySpace({ ...options, ...changes }, new AbortController().signal, () => at);
  return { verdict: JSON.parse(text) as MachineVerdictDocument & { errors?: string[] }, exitCode };
};
const checks = (findings: readonly Finding[], grade: string) =>
  findings.filter((finding) => finding.grade === grade).map(({ check }) => check);

describe("verify-confidential-space", () => {
  it.each([
    ["with its certificates (PKI)", async () => pkiToken(await googles, bound)],
    ["by Google's key set (OIDC)", () => Promise.resolve(`${oidcToken(bound)}\n`)],
  ])("ends with 0 for a token %s where Google's word is accepted by name", async (_, token) => {
    const file = fileOf(await token());
    const { verdict, exitCode } = await run({ token: file, accept: byName });
    expect(verdict.standing).toEqual([]);
    expect([exitCode, verdict.accepted, verdict.overall, verdict.url]).toEqual([0, true, "notChecked", options.url]);
    expect(verdict).toMatchObject({ expectation: { source: "space.yaml" }, simulated: true });
    expect((await run({ token: file, accept: ["unchecked:space-rules"] })).exitCode).toBe(3);
    expect((await run({ token: file, accept: [google] })).exitCode).toBe(4);
    expect(requests).toBe(0);
  });

  it("verifies nothing of a machine that Google runs", async () => {
    const { verdict } = await run();
    const required = verdict.claims.filter((claim) => claim.required);
    expect(required).toHaveLength(11);
    for (const { grade, claim } of required)
      expect([claim, grade]).toEqual([claim, claim === "guest-rules-bound" ? "notChecked" : "asserted"]);
  });

  it("leaves undone what it is not given", async () => {
    const { verdict, exitCode } = await run({ nonce: undefined, url: undefined, accept: byName });
    expect([exitCode, checks(verdict.standing, "notChecked").sort()]).toEqual([
      4,
      ["space-channel-key", "space-nonce"],
    ]);
    const keyless = await run({ token: fileOf(oidcToken(bound)), collateral: undefined, accept: byName });
    expect([keyless.exitCode, checks(keyless.verdict.standing, "notChecked")]).toEqual([
      4,
      expect.arrayContaining(["space-key"]),
    ]);
  });

  it("asks nothing of GPUs where the reader says none", async () => {
    const expect_ = fileOf({ ...expectation, gpu: "none" }, "none.yaml");
    const { verdict, exitCode } = await run({ expect: expect_, accept: byName });
    expect(exitCode).toBe(0);
    expect(verdict.claims.find(({ claim }) => claim === "gpu-genuine")).toMatchObject({
      required: false,
      grade: "notChecked",
    });
  });

  it("shows nothing that steers a terminal", async () => {
    const token = fileOf(oidcToken(changed(bound, ["swname"], "\u001b[2J\u202e")));
    const { text, exitCode } = await verifySpace(
      { ...options, token, json: false, all: true },
      new AbortController().signal,
      () => now,
    );
    expect(text).toMatch(/^SIMULATED/);
    expect(text).toMatch(/Expectation space\.yaml.*the reader's own file/);
    expect([text.replaceAll("\n", "").search(/[\u0000-\u001f\u202e]/), exitCode]).toEqual([-1, 2]);
  });

  it("has no verdict where nobody answers", async () => {
    const { verdict, exitCode } = await run({ url: "https://127.0.0.1:1" });
    expect([exitCode, verdict.overall, verdict.accepted]).toEqual([2, "failed", false]);
    expect(verdict.errors?.[0]).toContain("127.0.0.1:1");
  });
});

interface Refusal {
  readonly token?: () => string | Promise<string>;
  readonly claims?: readonly [value: unknown, ...path: string[]];
  readonly expectation?: Readonly<Record<string, unknown>>;
  readonly options?: () => Partial<VerifySpaceOptions> | Promise<Partial<VerifySpaceOptions>>;
  readonly at?: Date;
  readonly fails: string;
}
const own = rsaKey();
const withoutGpus = () => changed(bound, ["submods", "nvidia_gpu"], undefined);

const refusals: Readonly<Record<string, Refusal>> = {
  "no signature": { token: () => `${encoded({ typ: "JWT", alg: "none" })}.${encoded(bound)}.`, fails: "space-form" },
  "alg none": {
    token: () => signedToken({ typ: "JWT", alg: "none", kid: oidcKid }, bound, own.privateKey, "RS256"),
    fails: "space-algorithm",
  },
  "another algorithm": {
    token: () => signedToken({ typ: "JWT", alg: "HS256", kid: oidcKid }, bound, Buffer.from("secret"), "HS256"),
    fails: "space-algorithm",
  },
  "somebody else's key under Google's name": {
    token: () => signedToken({ typ: "JWT", alg: "RS256", kid: oidcKid }, bound, own.privateKey, "RS256"),
    fails: "space-signature",
  },
  "a chain under another root": { token: async () => pkiToken(await strangers, bound), fails: "space-key" },
  "a certificate that is over": { token: async () => pkiToken(await expired, bound), fails: "space-key" },
  "something else than a token": { token: () => "no token", fails: "space-form" },
  "a claim changed after it was signed": {
    token: async () => {
      const [header, , signature] = pkiToken(await googles, bound).split(".");
      return [header, encoded({ ...bound, dbgstat: "disabled-since-boot " }), signature].join(".");
    },
    fails: "space-signature",
  },
  "another audience": { claims: ["https://sts.googleapis.com", "aud"], fails: "space-audience" },
  "another issuer": { claims: ["https://accounts.google.com", "iss"], fails: "space-issuer" },
  expired: { at: new Date((signedAt + 3700) * 1000), fails: "space-time" },
  "older than the reader takes": { at: new Date((signedAt + 301) * 1000), fails: "space-age" },
  "an answer to somebody else's nonce": { options: () => ({ nonce: "another-nonce" }), fails: "space-nonce" },
  "a key that the workload does not bind": { claims: [[readersNonce], "eat_nonce"], fails: "space-channel-key" },
  "a debug image": { claims: ["enabled", "dbgstat"], fails: "space-debug" },
  "another image": { expectation: { imageDigest: `sha256:${"b".repeat(64)}` }, fails: "space-image-digest" },
  "another repository": { expectation: { imageRepository: "docker.io/acme/serve" }, fails: "space-image-reference" },
  "another command": { claims: [["/bin/sh"], "submods", "container", "cmd_override"], fails: "space-command" },
  "other arguments": { expectation: { arguments: ["/serve"] }, fails: "space-arguments" },
  "another TEE": { claims: ["GCP_AMD_SEV", "hwmodel"], fails: "space-hardware" },
  "a machine without a TEE": { claims: ["GCP_SHIELDED_VM", "hwmodel"], fails: "space-hardware" },
  "an older image": { expectation: { oldestVersion: "260500" }, fails: "space-version" },
  "no GPU": { token: () => oidcToken(withoutGpus()), fails: "space-gpu-count" },
  "a GPU less": { expectation: { gpu: { ...expectation.gpu, count: 2 } }, fails: "space-gpu-count" },
  "a GPU out of confidential mode": { claims: ["OFF", "submods", "nvidia_gpu", "cc_mode"], fails: "space-gpu-mode" },
  "genuine roots": { options: () => ({ simulated: false, roots: undefined }), fails: "space-key" },
  "a key set of somebody's": {
    token: () => oidcToken(bound),
    options: () => ({
      collateral: folder.collateral("other", [keySet({}, [googlesJwk({ kid: "another" })])], now),
    }),
    fails: "space-key",
  },
};

describe("verify-confidential-space refuses, whatever is accepted,", () => {
  it.each(Object.entries(refusals))(
    "%s",
    async (_, { token, claims, expectation: other, options: more, at, fails }) => {
      const text = await (token?.() ?? (claims && oidcToken(changed(bound, claims.slice(1) as string[], claims[0]))));
      const { verdict, exitCode } = await run(
        {
          accept: [...byName, "asserted:Google", "unchecked:space-key"],
          ...(text !== undefined && { token: fileOf(text) }),
          ...(other && { expect: fileOf({ ...expectation, ...other }, "expect.yaml") }),
          ...(await more?.()),
        },
        at,
      );
      expect(checks(verdict.standing, "failed")).toContain(fails);
      expect([exitCode, verdict.overall, verdict.accepted]).toEqual([2, "failed", false]);
    },
  );
});

describe("verify-confidential-space tells a reader what is wrong with", () => {
  it.each([
    ["an unknown setting", { ...expectation, image: "x" }, /image: no such setting/],
    ["GPUs left out", changed(expectation, ["gpu"], undefined), /gpu: missing/],
    ["a digest that is none", { ...expectation, imageDigest: "latest" }, /imageDigest: "latest" is not right/],
    ["a tag", { ...expectation, imageRepository: "docker.io/acme/serve:1" }, /imageRepository: .*has a tag/],
    [
      "a machine without a TEE",
      { ...expectation, hardware: ["GCP_SHIELDED_VM"] },
      /hardware\[0\]: "GCP_SHIELDED_VM" is not known/,
    ],
    ["a token older than Google's are", { ...expectation, maximumAgeSeconds: 86_400 }, /maximumAgeSeconds: 86400/],
    [
      "a version without quotes",
      "audience: a\noldestVersion: 260400\n",
      /oldestVersion: 260400 .*in quotes.*|imageDigest: missing/s,
    ],
  ])("%s", async (_, content, says) => {
    await expect(run({ expect: fileOf(content, "wrong.yaml") })).rejects.toThrow(says);
  });

  it("its command line", async () => {
    const args = ["verify-confidential-space", "--token", options.token, "--expect", options.expect];
    expect(await refusalOf([addVerifySpaceCommand], args.slice(0, 3))).toMatch(/--expect <file>' not specified/);
    expect(await refusalOf([addVerifySpaceCommand], [...args, "--nonce", "short"])).toMatch(/Google takes 8 to 88/);
    expect(await refusalOf([addVerifySpaceCommand], [...args, "--url", "http://127.0.0.1"])).toMatch(/https/);
    expect(await refusalOf([addVerifySpaceCommand], [...args, "--roots", "x"])).toMatch(/--roots is for --simulated/);
  });
});

describe("a real token of Google's", () => {
  const sample = (file: string) => join(__dirname, "../../support/confidentialSpace", file);
  const real = async (
    file: string,
    changes: Readonly<Record<string, unknown>> = {},
    accept: readonly string[] = [],
    seconds = 60,
  ) => {
    const claims = JSON.parse(
      Buffer.from(readFileSync(sample(file), "utf8").split(".")[1] ?? "", "base64url").toString(),
    ) as { aud: string; iat: number; eat_nonce: string | string[]; submods: { container: Record<string, unknown> } };
    const { image_digest: digest, args } = claims.submods.container;
    const observed = {
      audience: claims.aud,
      imageDigest: digest,
      arguments: args,
      gpu: "none",
      overrides: "asImageAllows",
    };
    return run(
      {
        token: sample(file),
        expect: fileOf({ ...observed, ...changes }, "observed.yaml"),
        nonce: [claims.eat_nonce].flat()[0],
        url: undefined,
        simulated: false,
        roots: undefined,
        collateral: undefined,
        accept,
      },
      new Date((claims.iat + seconds) * 1000),
    );
  };
  const open = ["unchecked:space-rules", "unchecked:space-channel-key", "asserted:Google"];

  it("of production on TDX is accepted by name alone, under Google's pinned root", async () => {
    const { verdict, exitCode } = await real("production-tdx.jwt");
    expect(checks(verdict.standing, "failed")).toEqual([]);
    expect(exitCode).toBe(4);
    const named = await real("production-tdx.jwt", {}, [...open, "unchecked:space-firmware"]);
    expect([named.exitCode, named.verdict.standing]).toEqual([0, []]);
  });

  it("expired an hour after it was signed, and of debugging on SEV is refused for both", async () => {
    const debug = await real("debug-sev.jwt", {}, open);
    expect(checks(debug.verdict.standing, "failed")).toEqual(
      expect.arrayContaining(["space-debug", "space-hardware", "space-support"]),
    );
    expect(debug.exitCode).toBe(2);
    const late = await real("production-tdx.jwt", { audience: "another" }, open, 3700);
    const failed = checks(late.verdict.standing, "failed");
    expect(failed).toEqual(expect.arrayContaining(["space-time", "space-age", "space-audience"]));
  });
});

describe("collateral fetch of a token", () => {
  const fetchInto = (token: string, out: string) =>
    collateralFetch(
      { evidence: fileOf(token), out: join(folder.directory, out), timeout: 5 },
      new AbortController().signal,
    );

  it("gets Google's keys from Google alone, and says that nobody signed them", async () => {
    const asked: string[] = [];
    const mock = vi.spyOn(globalThis, "fetch").mockImplementation((url) => {
      asked.push(String(url));
      return Promise.resolve(new Response(Buffer.from(keySet().bytes)));
    });
    const { text, complete } = await fetchInto(oidcToken(bound), "fetched");
    mock.mockRestore();
    expect([asked, complete]).toEqual([[spaceKeySet.url], true]);
    expect(text).toContain("Nobody signs key sets");
    const collateral = join(folder.directory, "fetched");
    expect(readCollateral(collateral).map(({ source }) => source)).toEqual([spaceKeySet.url]);
    const { exitCode } = await run({ token: fileOf(oidcToken(bound)), collateral, accept: byName });
    expect(exitCode).toBe(0);
  });

  it("has nothing to get for one that brings its certificates", async () => {
    const { text, complete } = await fetchInto(pkiToken(await googles, bound), "nothing");
    expect([text, complete]).toEqual([expect.stringMatching(/^Nothing is to be fetched/), true]);
  });
});
