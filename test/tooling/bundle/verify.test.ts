import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import { lockText } from "../../../tooling/bundle/file";
import { layoutTag, signatureTag } from "../../../tooling/bundle/places";
import { verifyBundle } from "../../../tooling/bundle/verify/verify";
import type { MadeBundle } from "../../support/bundle/bundle";
import { layOut, lockOf, madeBundle, manifestType } from "../../support/bundle/bundle";
import { zipOf } from "../../support/bundle/zip";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "bundle-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = new Date("2026-11-27T00:00:00Z");
const made = madeBundle();
const blob = (digest: string) => `images/blobs/${digest.replace(":", "/")}`;
const module = "go/example.com/!acme/thing/@v/v1.2.3";

/** Changes a bundle as whoever carries it could, and says what is found. */
async function found(
  change: (files: Map<string, Buffer>, bundle: MadeBundle) => void,
  lock = made.lock,
): Promise<string[]> {
  const files = new Map(made.files);
  change(files, made);
  layOut(directory, files);
  const { findings } = await verifyBundle(directory, lock, at);
  return findings.map(({ kind, what, says }) => `${kind} ${what}: ${says}`);
}

interface LayoutIndex {
  manifests: { digest: string; size: number; mediaType: string; annotations?: Record<string, string> }[];
}
function editIndex(files: Map<string, Buffer>, edit: (index: LayoutIndex) => void): void {
  const index = JSON.parse(files.get("images/index.json")!.toString()) as LayoutIndex;
  edit(index);
  files.set("images/index.json", Buffer.from(JSON.stringify(index)));
}

/** Adds an entry to the list of documents, as an issuer's own. */
function listCollateral(files: Map<string, Buffer>, entry: object): void {
  const index = JSON.parse(files.get("collateral/index.json")!.toString()) as { files: object[] };
  const source = "https://nras.attestation.nvidia.com/.well-known/jwks.json";
  index.files.push({ source, obtained: "2026-11-27T00:00:00Z", ...entry });
  files.set("collateral/index.json", Buffer.from(JSON.stringify(index)));
}

/** Puts another manifest in the place of the plain image, and has index.json lead there. */
function other(files: Map<string, Buffer>, manifest: unknown): string {
  const content = Buffer.from(JSON.stringify(manifest));
  files.set(blob(`sha256:${sha256(content)}`), content);
  return `sha256:${sha256(content)}`;
}

it("passes a bundle that is the whole of its lock, with the lock beside it or not", async () => {
  expect(await found(() => undefined)).toEqual([]);
  expect(await found((files) => files.set("bundle.lock", Buffer.from(lockText(made.lock))))).toEqual([]);
});

it("takes signatures by an Ed25519 key, and says of a key that is none that it is none", async () => {
  const { lock, files } = madeBundle("ed25519");
  layOut(directory, files);
  expect((await verifyBundle(directory, lock, at)).findings).toEqual([]);
  const images = lock.images.map((image) => (image.signedBy === undefined ? image : { ...image, signedBy: "x" }));
  const { findings } = await verifyBundle(directory, lockOf({ images }), at);
  expect(findings.map(({ says }) => says)).toContain(
    "the key that guests demand is no public key; correct models[].signatureKey",
  );
});

it("takes it that oras lists the manifests of an index without a name", async () => {
  const children = (files: Map<string, Buffer>, { image }: MadeBundle) => {
    const { manifests: platforms } = JSON.parse(files.get(blob(image))!.toString()) as LayoutIndex;
    editIndex(files, ({ manifests }) => manifests.push(...platforms));
  };
  expect(await found(children)).toEqual([]);
});

it("counts what it compared", async () => {
  layOut(directory, made.files);
  const { passed } = await verifyBundle(directory, made.lock, at);
  expect(passed).toEqual({
    ...{ images: 2, signatures: 1, charts: 2, "chart manifests": 1, npm: 1, go: 1, collateral: 1, files: 1 },
  });
});

describe("a bundle from an attacker's hands is refused", () => {
  const cases: readonly [string, Parameters<typeof found>[0], RegExp][] = [
    [
      "a chart swapped",
      (files) => files.set("charts/gpu-operator-v26.3.1.tgz", Buffer.from("malice")),
      /^changed chart gpu-operator/,
    ],
    ["a chart missing", (files) => files.delete("charts/gpu-operator-v26.3.1.tgz"), /^missing chart gpu-operator/],
    [
      "a chart of one more version",
      (files) => files.set("charts/gpu-operator-v26.3.2.tgz", Buffer.from("x")),
      /^extra charts\/gpu-operator-v26\.3\.2/,
    ],
    [
      "a layer changed in place",
      (files, { layer }) => files.set(blob(layer), Buffer.from("a l4yer")),
      /^changed image .*has the SHA-256/,
    ],
    [
      "a layer of another length",
      (files, { layer }) => files.set(blob(layer), Buffer.from("longer than it was")),
      /^changed image .*bytes, and 7 are said/,
    ],
    ["a layer missing", (files, { layer }) => files.delete(blob(layer)), /^missing image .*is not there/],
    [
      "an image's index changed",
      (files, { image }) => files.set(blob(image), Buffer.from("{}")),
      /^changed image registry\.example\/tools\/kbs/,
    ],
    [
      "the layout's index leading elsewhere",
      (files, { image, signed }) =>
        editIndex(files, ({ manifests }) => {
          const entry = manifests.find(({ digest }) => digest === image)!;
          Object.assign(entry, { digest: signed, mediaType: manifestType, size: files.get(blob(signed))!.length });
        }),
      /^extra images\/index\.json: index\.json leads from sha256-/,
    ],
    [
      "the layout's index listing a stranger",
      (files) =>
        editIndex(files, ({ manifests }) => {
          const digest = other(files, { schemaVersion: 2 });
          manifests.push({
            ...{ digest, size: 19, mediaType: manifestType },
            annotations: { "org.opencontainers.image.ref.name": "latest" },
          });
        }),
      /^extra images\/index\.json: index\.json lists latest, which/,
    ],
    [
      "the layout's index listing a stranger without a name",
      (files) =>
        editIndex(files, ({ manifests }) =>
          manifests.push({ digest: other(files, {}), size: 2, mediaType: manifestType }),
        ),
      /^extra images\/index\.json: index\.json lists sha256:/,
    ],
    [
      "one name twice in the layout's index",
      (files) => editIndex(files, ({ manifests }) => manifests.push(manifests[0]!)),
      /twice/,
    ],
    [
      "two lists in the layout's index, of which readers take one or the other",
      (files) => {
        const text = files.get("images/index.json")!.toString();
        files.set("images/index.json", Buffer.from(`{"Manifests":[],${text.slice(1)}`));
      },
      /^refused images: images\/index\.json has its list of manifests not exactly once/,
    ],
    [
      "a digest in capital letters beside the right one, which readers in Go take for it",
      (files, { signed }) => editIndex(files, ({ manifests }) => Object.assign(manifests[0]!, { Digest: signed })),
      /^refused images: images\/index\.json: manifests\.0: .*Digest/,
    ],
    [
      "an index.json that does not list an image",
      (files, { image }) =>
        editIndex(files, (index) => (index.manifests = index.manifests.filter(({ digest }) => digest !== image))),
      /^missing image registry\.example\/tools\/kbs.*does not list/,
    ],
    [
      "a digest cut short",
      (files) => editIndex(files, ({ manifests }) => (manifests[0]!.digest = manifests[0]!.digest.slice(0, 40))),
      /^refused images: images\/index\.json: manifests\.0\.digest/,
    ],
    [
      "a digest by a weaker algorithm",
      (files) => editIndex(files, ({ manifests }) => (manifests[0]!.digest = `md5:${"0".repeat(32)}`)),
      /^refused images: .*manifests\.0\.digest/,
    ],
    [
      "a digest that leads out of the folder",
      (files) => editIndex(files, ({ manifests }) => (manifests[0]!.digest = "sha256:../../../etc/passwd")),
      /^refused images: .*manifests\.0\.digest/,
    ],
    [
      "a size that is not the manifest's",
      (files) => editIndex(files, ({ manifests }) => (manifests[0]!.size = 1)),
      /^changed image .*and 1 are said of it/,
    ],
    [
      "an image called something else",
      (files) => editIndex(files, ({ manifests }) => (manifests[0]!.mediaType = "text/plain")),
      /^refused image .*is called text\/plain/,
    ],
    ["no layout at all", (files) => files.delete("images/oci-layout"), /^missing images: images\/oci-layout/],
    [
      "a layout of another version",
      (files) => files.set("images/oci-layout", Buffer.from('{"imageLayoutVersion":"2.0.0"}')),
      /^refused images: /,
    ],
    [
      "an index.json that is none",
      (files) => files.set("images/index.json", Buffer.from('{"manifests":')),
      /^refused images: .*not JSON/,
    ],
    [
      "a signature missing that guests demand",
      (files, { signed }) =>
        editIndex(files, (index) => {
          index.manifests = index.manifests.filter(
            ({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] !== signatureTag(signed),
          );
        }),
      /^missing image registry\.example\/acme\/model.*its signature/,
    ],
    [
      "the image itself in its signature's place",
      (files, { signed }) =>
        editIndex(files, ({ manifests }) => {
          const image = manifests.find(({ digest }) => digest === signed)!;
          const signature = manifests.find(
            ({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] === signatureTag(signed),
          )!;
          Object.assign(signature, { digest: image.digest, size: image.size });
        }),
      /^changed image registry\.example\/acme\/model.*no signature/,
    ],
    [
      "a blob that nothing leads to",
      (files) => files.set(blob(`sha256:${"0".repeat(64)}`), Buffer.from("x")),
      /^extra images\/blobs\/sha256\/0{64}/,
    ],
    [
      "a package swapped",
      (files) => files.set("npm/acme-thing-1.0.0.tgz", Buffer.from("malice")),
      /^changed npm @acme\/thing@1\.0\.0/,
    ],
    ["a package missing", (files) => files.delete("npm/acme-thing-1.0.0.tgz"), /^missing npm @acme\/thing/],
    [
      "a module's archive that is none",
      (files) => files.set(`${module}.zip`, Buffer.from("no zip")),
      /^refused go .*is no archive/,
    ],
    [
      "a module's source changed",
      (files) =>
        files.set(
          `${module}.zip`,
          zipOf([{ name: "example.com/Acme/thing@v1.2.3/thing.go", content: Buffer.from("malice") }]),
        ),
      /^changed go .*has the sum h1:/,
    ],
    [
      "a module's archive that leads out of its folder",
      (files) => files.set(`${module}.zip`, zipOf([{ name: "../../escape.go", content: Buffer.from("x") }])),
      /^refused go .*is no archive of a module/,
    ],
    [
      "a module's archive with an absolute name",
      (files) => files.set(`${module}.zip`, zipOf([{ name: "/etc/passwd", content: Buffer.from("x") }])),
      /^refused go .*is no archive of a module/,
    ],
    [
      "a module's archive with another module in it",
      (files) =>
        files.set(`${module}.zip`, zipOf([{ name: "example.com/evil@v1.2.3/x.go", content: Buffer.from("x") }])),
      /^refused go .*no file of example\.com\/Acme\/thing@v1\.2\.3/,
    ],
    [
      "a module's archive with a name twice",
      (files) => {
        const entry = { name: "example.com/Acme/thing@v1.2.3/x.go", content: Buffer.from("x") };
        files.set(`${module}.zip`, zipOf([entry, { ...entry, content: Buffer.from("y") }]));
      },
      /^refused go .*two entries of one name/,
    ],
    [
      "a module's archive that says it unpacks to gigabytes",
      (files) =>
        files.set(
          `${module}.zip`,
          zipOf([
            {
              name: "example.com/Acme/thing@v1.2.3/x.go",
              content: Buffer.from("x"),
              saidBytes: 0xf000_0000,
              deflated: true,
            },
          ]),
        ),
      /^refused go .*unpacks to more than/,
    ],
    [
      "a module's archive that lies about a size",
      (files) =>
        files.set(
          `${module}.zip`,
          zipOf([{ name: "example.com/Acme/thing@v1.2.3/x.go", content: Buffer.from("x"), saidBytes: 5 }]),
        ),
      /^refused go .*is no archive of a module/,
    ],
    [
      "a module's archive that unpacks to more than it says",
      (files) =>
        files.set(
          `${module}.zip`,
          zipOf([
            {
              name: "example.com/Acme/thing@v1.2.3/x.go",
              content: Buffer.alloc(9_000_000),
              saidBytes: 5,
              deflated: true,
            },
          ]),
        ),
      /^refused go .*is no archive of a module/,
    ],
    [
      "a go.mod changed",
      (files) => files.set(`${module}.mod`, Buffer.from("module evil\n")),
      /^changed go .*has the sum h1:/,
    ],
    ["a go.mod missing", (files) => files.delete(`${module}.mod`), /^missing go .*is not there/],
    [
      "an .info of another version",
      (files) => files.set(`${module}.info`, Buffer.from('{"Version":"v9.9.9"}')),
      /^changed go .*another version/,
    ],
    [
      "a module that no go.sum has",
      (files) => files.set("go/example.com/evil/@v/v1.0.0.zip", Buffer.from("x")),
      /^extra go\/example\.com\/evil/,
    ],
    [
      "a module's name in small letters",
      (files) => files.set("go/example.com/acme/thing/@v/v1.2.3.zip", Buffer.from("x")),
      /^extra go\/example\.com\/acme/,
    ],
    [
      "collateral changed",
      (files) => files.set("collateral/driver.rim", Buffer.from("malice")),
      /^changed collateral .*is not the file that/,
    ],
    [
      "collateral without its list",
      (files) => files.delete("collateral/index.json"),
      /^missing collateral\/index\.json/,
    ],
    [
      "collateral of another kind",
      (files) =>
        files.set(
          "collateral/index.json",
          Buffer.from(files.get("collateral/index.json")!.toString().replace('"nvidia-rim"', '"amd-crl"')),
        ),
      /^changed collateral .*said to be amd-crl/,
    ],
    [
      "keys of tokens under a vendor's name, beside what the lock names",
      (files) => {
        const keys = Buffer.from('{"keys":[]}');
        files.set("collateral/nras.attestation.nvidia.com.jwks.json", keys);
        listCollateral(files, { kind: "jwks", file: "nras.attestation.nvidia.com.jwks.json", sha256: sha256(keys) });
      },
      /^extra collateral\/index\.json: lists nras\.attestation\.nvidia\.com\.jwks\.json as jwks/,
    ],
    [
      "keys of tokens in a document's place, of which the index says both",
      (files) => {
        const keys = Buffer.from('{"keys":[]}');
        files.set("collateral/driver.rim", keys);
        const index = files.get("collateral/index.json")!.toString();
        files.set("collateral/index.json", Buffer.from(index.replace(/[0-9a-f]{64}/, sha256(keys))));
        listCollateral(files, { kind: "jwks", file: "driver.rim", sha256: sha256(keys) });
      },
      /^extra collateral\/index\.json: lists driver\.rim as jwks/,
    ],
    [
      "a guest's file that nobody measured",
      (files) => files.set("files/initrd", Buffer.from("malice")),
      /^extra files\/initrd: has the SHA-256/,
    ],
    [
      "another lock beside it",
      (files) => files.set("bundle.lock", Buffer.from(lockText(lockOf({})))),
      /^changed bundle\.lock: is another lock/,
    ],
    ["a script to run", (files) => files.set("load.sh", Buffer.from("rm -rf /")), /^extra load\.sh/],
    [
      "a name with a letter that only looks right",
      (files) => files.set("charts/kаta-deploy-4.0.0.tgz", Buffer.from("x")),
      /^refused charts\/k.ta-deploy-4\.0\.0\.tgz: has a name/,
    ],
    [
      "a name that a terminal obeys",
      (files) => files.set("charts/x\u001b[2J.tgz", Buffer.from("x")),
      /^refused charts\/x.*has a name/s,
    ],
    [
      "a name that begins like an option",
      (files) => files.set("npm/--registry=evil.tgz", Buffer.from("x")),
      /^refused npm\/--registry/,
    ],
  ];

  it.each(cases)("%s", async (_, change, reason) => {
    expect((await found(change)).join("\n")).toMatch(new RegExp(reason.source, `m${reason.flags}`));
  });

  it("a link in a file's place, and a link to a folder", async () => {
    layOut(directory, new Map([...made.files].filter(([path]) => !path.startsWith("charts/gpu"))));
    writeFileSync(join(directory, "..", "outside.tgz"), "a chart's archive");
    symlinkSync("../../outside.tgz", join(directory, "charts/gpu-operator-v26.3.1.tgz"));
    symlinkSync("/etc", join(directory, "files/etc"));
    const { findings } = await verifyBundle(directory, made.lock, at);
    expect(findings.map(({ kind, what }) => `${kind} ${what}`).sort()).toEqual([
      "missing chart gpu-operator@v26.3.1",
      "refused charts/gpu-operator-v26.3.1.tgz",
      "refused files/etc",
    ]);
    rmSync(join(directory, "..", "outside.tgz"));
  });

  it("a file with a hole of a terabyte", async () => {
    layOut(directory, made.files);
    truncateSync(join(directory, "npm/acme-thing-1.0.0.tgz"), 2 ** 40);
    const { findings } = await verifyBundle(directory, made.lock, at);
    expect(findings).toEqual([expect.objectContaining({ kind: "refused", what: "npm @acme/thing@1.0.0" })]);
  });

  it("folders without end", async () => {
    layOut(directory, made.files);
    mkdirSync(join(directory, "a/".repeat(40)), { recursive: true });
    const { findings } = await verifyBundle(directory, made.lock, at);
    expect(findings.map(({ says }) => says)).toEqual(["lies deeper than 24 folders"]);
  });
});

it("refuses an image for other machines, and one that is not brought whole", async () => {
  const config = { mediaType: "application/vnd.oci.image.config.v1+json" };
  for (const [layers, architecture, reason] of [
    [[], "arm64", /another platform than linux\/amd64/],
    [
      [{ mediaType: "x/y", digest: `sha256:${"1".repeat(64)}`, size: 5, urls: ["https://elsewhere.example/x"] }],
      "amd64",
      /lies elsewhere/,
    ],
  ] as const) {
    const files = new Map(made.files);
    const content = Buffer.from(JSON.stringify({ architecture, os: "linux" }));
    files.set(blob(`sha256:${sha256(content)}`), content);
    const digest = other(files, {
      schemaVersion: 2,
      config: { ...config, digest: `sha256:${sha256(content)}`, size: content.length },
      layers,
    });
    editIndex(files, (index) => {
      index.manifests = [
        {
          ...{ digest, mediaType: manifestType, size: files.get(blob(digest))!.length },
          annotations: { "org.opencontainers.image.ref.name": layoutTag(digest) },
        },
      ];
    });
    layOut(directory, files);
    const lock = lockOf({
      images: [
        { repository: "a.example/b", digest, platform: "linux/amd64", pulledBy: "cluster", party: "modelOwner" },
      ],
    });
    const { findings } = await verifyBundle(directory, lock, at);
    expect(findings.map(({ says }) => says).join("\n")).toMatch(reason);
  }
});
