import type { CollateralFile } from "../../../components/verdict/context";
import {
  answersFor,
  manifestFile,
  manifestSigner,
  simulatedManifest,
} from "../../../tooling/attestation/nvidiaCollateral";
import { signManifest } from "../../../tooling/attestation/encodeManifest";
import type { TestCertificate } from "../../../tooling/attestation/authority";
import type { RefusalCases } from "./case";
import { withFields } from "./customDevice";
import type { GpuScene } from "./scene";
import { now } from "./scene";

const driver = "595.58.03";
const years = 365 * 86_400_000;
const signature = /<ds:Signature .*<\/ds:Signature>/s;

/** The driver's manifest as a file with other text. */
const altered = (change: (xml: string) => string, check = "gpu-driver-manifest") => ({
  stage: "one" as const,
  change: (scene: GpuScene) => {
    const [file, ...rest] = scene.manifests as [CollateralFile, ...CollateralFile[]];
    const before = Buffer.from(file.bytes).toString("utf8");
    const xml = change(before);
    if (xml === before) throw new Error("the case changes nothing");
    return collateral(scene, [{ ...file, bytes: Buffer.from(xml) }, ...rest]);
  },
  check,
});

/** The driver's manifest made and signed otherwise. */
const signed = (check: string, make: (scene: GpuScene) => Promise<Uint8Array> | Uint8Array, grade?: "notChecked") => ({
  stage: "one" as const,
  change: async (scene: GpuScene) =>
    collateral(scene, [manifestFile("driver", "GH100", driver, await make(scene)), ...scene.manifests.slice(1)]),
  check,
  ...(grade && { grade }),
});

function collateral(scene: GpuScene, manifests: readonly CollateralFile[]) {
  return { context: { collateral: [...manifests, ...scene.answers] } };
}

async function sign(scene: GpuScene, xml: string, signer?: TestCertificate): Promise<Buffer> {
  return signManifest(xml, signer ?? (await manifestSigner(scene.vendors)), scene.vendors.roots.nvidiaManifests);
}

const genuine = () => simulatedManifest("driver", "GH100", driver);

/** A document that says more, in which the genuine one stands somewhere, signature and all. */
function wrapped(xml: string, place: (inner: string, theSignature: string) => string): string {
  const theSignature = signature.exec(xml)?.[0] ?? "";
  const forged = genuine().replace(/ns2:Hash0="[0-9a-f]{96}"/, `ns2:Hash0="${"f".repeat(96)}"`);
  return forged.replace("</SoftwareIdentity>", `${place(xml, theSignature)}</SoftwareIdentity>`);
}

/** Manifests that are not NVIDIA's word, or not about this device. */
export const manifestRefusals: RefusalCases = {
  "a manifest with another value": altered((xml) => xml.replace(/Hash0="[1-9a-f]/, 'Hash0="0')),
  "a manifest with another product": altered((xml) => xml.replace('name="GH100"', 'name="GH101"')),
  "a manifest with one more active measurement": altered((xml) => xml.replace('active="False"', 'active="True"')),
  "a manifest with white space added": altered((xml) => xml.replace("<ns0:Payload", " <ns0:Payload")),
  "a manifest without a signature": altered((xml) => xml.replace(signature, "")),
  "a manifest with another's signature value": altered((xml) =>
    xml.replace(/<ds:SignatureValue>.{8}/, "<ds:SignatureValue>AAAAAAAA"),
  ),
  "a manifest with another digest": altered((xml) => xml.replace(/<ds:DigestValue>.{4}/, "<ds:DigestValue>AAAA")),
  "wrapped: the genuine one inside": altered((xml) => wrapped(xml, (inner) => inner)),
  "wrapped: the genuine one inside, its signature moved out": altered((xml) =>
    wrapped(xml, (inner, own) => `${inner.replace(signature, "")}${own}`),
  ),
  "wrapped: the genuine one inside the signature": altered((xml) =>
    wrapped(xml, (inner, own) =>
      own.replace("</ds:Signature>", `<ds:Object>${inner.replace(signature, "")}</ds:Object></ds:Signature>`),
    ),
  ),
  "wrapped: the signature refers to a part": altered((xml) =>
    wrapped(xml.replace('URI=""', 'URI="#genuine"'), (inner, own) =>
      [inner.replace(signature, "").replace("<SoftwareIdentity", '<SoftwareIdentity Id="genuine"'), own].join(""),
    ),
  ),
  "two signatures": altered((xml) => xml.replace(signature, (own) => own + own)),
  "two lists of what is signed": altered((xml) =>
    xml.replace(/<ds:SignedInfo>.*<\/ds:SignedInfo>/s, (info) => info + info),
  ),
  "two references": altered((xml) => xml.replace(/<ds:Reference .*<\/ds:Reference>/s, (each) => each + each)),
  "a comment in the digest": altered((xml) => xml.replace("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->")),
  "a transform more": altered((xml) =>
    xml.replace(
      "</ds:Transforms>",
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/></ds:Transforms>',
    ),
  ),
  "another canonical form": altered((xml) =>
    xml.replaceAll("http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/2001/10/xml-exc-c14n#"),
  ),
  "a signature by a shared secret": altered((xml) =>
    xml.replace("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
  ),
  "a digest by SHA-1": altered((xml) =>
    xml.replace("http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2000/09/xmldsig#sha1"),
  ),
  "an attribute that canonical forms treat apart": altered((xml) =>
    xml.replace("<ns0:Payload", '<ns0:Payload xml:base="x"'),
  ),
  "a comment": altered((xml) => xml.replace("<ns0:Payload", "<!-- --><ns0:Payload")),
  "an instruction": altered((xml) => xml.replace("<ns0:Payload", "<?x y?><ns0:Payload")),
  // It does not even say what it is for.
  "a document type": { ...altered((xml) => `<!DOCTYPE SoftwareIdentity>${xml}`), grade: "notChecked" },
  "a manifest without its signer's certificate": altered((xml) => xml.replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/s, "")),
  "a signer's certificate replaced": {
    ...altered((xml) => xml),
    change: async (scene) => {
      const other = await manifestSigner(scene.vendors);
      const [file, ...rest] = scene.manifests as [CollateralFile, ...CollateralFile[]];
      const plain = other.certificate.replace(/-----[^-]+-----|\s/g, "");
      const xml = Buffer.from(file.bytes)
        .toString("utf8")
        .replace(/(<ds:X509Certificate>)[^<]+/, `$1${plain}`);
      return collateral(scene, [{ ...file, bytes: Buffer.from(xml) }, ...rest]);
    },
  },
  "a signer under a root of somebody's own": signed("gpu-driver-manifest", async (scene) =>
    sign(scene, genuine(), await manifestSigner(scene.strangers)),
  ),
  "a signer under the root of devices": signed("gpu-driver-manifest", async (scene) =>
    sign(scene, genuine(), await scene.vendors.nvidia.issue({ commonName: "SIMULATED RIM Signer", curve: "P-384" })),
  ),
  "a signer whose certificate has expired": signed("gpu-driver-manifest", async (scene) => {
    const validTo = new Date(now.getTime() - 86_400_000);
    const signer = await scene.vendors.nvidiaManifests.issue({
      commonName: "SIMULATED RIM Signer",
      curve: "P-384",
      validTo,
    });
    return sign(scene, genuine(), signer);
  }),
  "a signer with a key of another curve": signed("gpu-driver-manifest", async (scene) =>
    sign(
      scene,
      genuine(),
      await scene.vendors.nvidiaManifests.issue({ commonName: "SIMULATED RIM Signer", curve: "P-256" }),
    ),
  ),
  "a manifest of another version": signed(
    "gpu-driver-manifest",
    (scene) => sign(scene, simulatedManifest("driver", "GH100", "550.90.07")),
    "notChecked",
  ),
  "a manifest of another chip": signed(
    "gpu-driver-manifest",
    (scene) => sign(scene, simulatedManifest("driver", "GB100", driver)),
    "notChecked",
  ),
  "a signed document that is no manifest": signed("gpu-driver-manifest", (scene) =>
    sign(scene, genuine().replaceAll("SoftwareIdentity", "Software")),
  ),
  "a measurement that is neither active nor not": signed("gpu-driver-manifest", (scene) =>
    sign(scene, genuine().replace('active="True"', 'active="true"')),
  ),
  "a measurement that stands twice": signed("gpu-driver-manifest", (scene) =>
    sign(scene, genuine().replace('index="3"', 'index="2"')),
  ),
  "a value that is not hex": signed("gpu-driver-manifest", (scene) =>
    sign(scene, genuine().replace(/Hash0="[0-9a-f]{4}/, 'Hash0="zzzz')),
  ),
  "two manifests that both claim a measurement": signed("gpu-measurements", (scene) =>
    sign(scene, genuine().replace('index="1" active="False"', 'index="1" active="True"')),
  ),
  "floors of security versions": signed(
    "gpu-security-versions",
    (scene) =>
      sign(
        scene,
        simulatedManifest("driver", "GH100", driver, {
          more: '<ns0:Resource type="OpaqueData" index="64" active="True" name="FSP_UCODE_SVN" size="2"/>',
        }),
      ),
    "notChecked",
  ),
  "no manifest": {
    stage: "one",
    change: (scene) => collateral(scene, []),
    check: "gpu-measurements",
    grade: "notChecked",
  },
  "one manifest of two": {
    stage: "one",
    change: (scene) => collateral(scene, scene.manifests.slice(0, 1)),
    check: "gpu-measurements",
    grade: "notChecked",
  },
  "debugging, without manifests": {
    stage: "one",
    change: (scene) => collateral(scene, []),
    check: "gpu-debug",
    grade: "notChecked",
  },
  "firmware that measures otherwise": {
    stage: "one",
    change: async (scene) => ({
      evidence: { devices: [await scene.changed(0, { altered: { "10": "0".repeat(96) } })] },
    }),
    check: "gpu-measurements",
  },
  "debugging, where firmware measures otherwise": {
    stage: "one",
    change: async (scene) => ({
      evidence: { devices: [await scene.changed(0, { altered: { "10": "0".repeat(96) } })] },
    }),
    check: "gpu-debug",
  },
  "a switch's firmware that measures otherwise": {
    stage: "board",
    change: async (scene) => ({
      evidence: { devices: scene.withDevice(8, await scene.changed(8, { altered: { "5": "0".repeat(96) } })) },
    }),
    check: "switch-measurements",
  },
  "a report with fewer measurements": {
    stage: "one",
    change: async (scene) => ({
      evidence: { devices: [await withFields(scene, { measurements: ["0".repeat(96)] })] },
    }),
    check: "gpu-measurements",
  },
  "the decoder's measurement, where the decoder is on": {
    stage: "one",
    change: async (scene) => ({
      evidence: { devices: [await scene.changed(0, { altered: { "36": "0".repeat(96) } })] },
    }),
    check: "gpu-measurements",
  },
};

/** Answers about revocation that say the worst, or nothing that can be believed. */
export const revocationRefusals: RefusalCases = {
  "a revoked chip": answered("gpu-revocation", "revoked"),
  "a chip that the responder does not know": answered("gpu-revocation", "unknown"),
  "no answer": {
    stage: "one",
    change: ({ manifests }) => ({ context: { collateral: manifests } }),
    check: "gpu-revocation",
    grade: "notChecked",
  },
  "answers of last year": {
    stage: "one",
    change: async (scene) => ({
      context: { collateral: await chipAnswers(scene, "good", new Date(now.getTime() - years)) },
    }),
    check: "gpu-revocation",
    grade: "notChecked",
  },
  "answers of next year": {
    stage: "one",
    change: async (scene) => ({
      context: { collateral: await chipAnswers(scene, "good", new Date(now.getTime() + years)) },
    }),
    check: "gpu-revocation",
    grade: "notChecked",
  },
  "answers about another device": {
    stage: "one",
    change: async (scene) => ({ evidence: { devices: [await scene.changed(0, { index: 9 })] } }),
    check: "gpu-revocation",
    grade: "notChecked",
  },
  "bytes that are no answer": {
    stage: "one",
    change: ({ manifests }) => ({
      context: {
        collateral: [...manifests, { kind: "nvidia-ocsp", source: "noise.ocsp", bytes: Buffer.from("noise") }],
      },
    }),
    check: "gpu-revocation",
    grade: "notChecked",
  },
  "a revoked signer of manifests": {
    stage: "one",
    change: async (scene) => {
      const signer = await manifestSigner(scene.vendors);
      const bytes = await sign(scene, genuine(), signer);
      const answers = answersFor(signer.chain, scene.vendors.nvidiaManifests, 0, now, "revoked");
      return {
        context: {
          collateral: [
            manifestFile("driver", "GH100", driver, bytes),
            ...scene.manifests.slice(1),
            ...scene.answers,
            ...answers,
          ],
        },
      };
    },
    check: "gpu-manifest-revocation",
  },
};

function answered(check: string, status: "revoked" | "unknown") {
  return {
    stage: "one" as const,
    change: async (scene: GpuScene) => ({ context: { collateral: await chipAnswers(scene, status, now) } }),
    check,
  };
}

async function chipAnswers(scene: GpuScene, status: "good" | "revoked" | "unknown", at: Date) {
  const [spec] = scene.specs;
  const { identity } = await scene.machine.device(spec?.arch ?? "HOPPER", 0, spec?.chip);
  return [...scene.manifests, ...answersFor(identity.chain, scene.vendors.nvidia, 1, at, status)];
}
