import { describe, expect, it } from "vitest";
import { computeRelease } from "../../../components/workload/computeRelease";
import { releaseImage } from "../../../tooling/bundle/releaseImage";
import { sampleInputs } from "../../support/model";
import { sampleRelease } from "../../support/release";
import { pemOf, signers } from "../../support/signing";

const publicKey = pemOf(signers.stranger);

describe("the image of a release", () => {
  it("is demanded to be signed by the key that its guests demand, and by none where they do not", () => {
    const image = { pulledBy: "guest", digest: `sha256:${"a".repeat(64)}` };
    const signed = releaseImage(computeRelease(sampleInputs({ signatureKey: publicKey })));
    expect(signed).toMatchObject({ ...image, signedBy: publicKey });
    const plain = releaseImage(computeRelease(sampleInputs()));
    expect(plain).toMatchObject(image);
    expect(plain).not.toHaveProperty("signedBy");
  });

  it("is in no lock where the release names a key that its init-data does not", () => {
    const { image } = sampleRelease();
    const release = sampleRelease({ image: { ...image, signer: "1".repeat(64) } });
    expect(() => releaseImage(release)).toThrow(
      /llama-8b has its image signed by the key 1{64}, and its init-data does not/,
    );
  });
});
