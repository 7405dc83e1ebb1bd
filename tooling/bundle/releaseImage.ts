import { parse } from "smol-toml";
import { z } from "zod";
import { decodeInitData } from "../../components/guest/initDataAnnotation";
import { spkiDigest } from "../../components/images/spkiDigest";
import type { Release } from "../../components/workload/release";
import { UserError } from "../ui";
import type { LockedImage } from "./schema";
import { sitePlatform } from "./schema";

const initDataSchema = z.looseObject({ data: z.looseObject({ "cdh.toml": z.string() }) });
const cdhSchema = z.looseObject({ image: z.looseObject({ image_security_policy: z.string() }) });
const policySchema = z.looseObject({
  transports: z.record(
    z.string(),
    z.record(z.string(), z.array(z.looseObject({ type: z.string(), keyData: z.string().optional() }))),
  ),
});

/** A release's image, as its guests pull it: where they demand a signature, with the key that their init-data names. */
export function releaseImage(release: Release): LockedImage {
  const { image } = release;
  return {
    ...{ repository: image.repository, digest: image.digest, platform: sitePlatform.oci },
    ...(image.signer !== undefined && { signedBy: keyOf(release, image.signer) }),
    ...{ pulledBy: "guest", party: "infrastructureProvider" },
  };
}

/** The release has the key's digest alone; the key itself is in the policy that is measured. */
function keyOf({ name, initData }: Release, signer: string): string {
  const keys = Object.values(policyIn(initData.annotation))
    .flatMap((scopes) => Object.values(scopes).flat())
    .flatMap(({ keyData }) => keyData ?? []);
  const key = keys.find((each) => digestOf(each) === signer);
  if (key === undefined)
    throw new UserError(
      `The release ${name} has its image signed by the key ${signer}, and its init-data does not name that key.`,
      "Ask the model owner for a release that `release create` has made.",
    );
  return key;
}

function policyIn(annotation: string): z.infer<typeof policySchema>["transports"] {
  try {
    const { data } = initDataSchema.parse(parse(decodeInitData(annotation)));
    const { image } = cdhSchema.parse(parse(data["cdh.toml"]));
    return policySchema.parse(JSON.parse(image.image_security_policy)).transports;
  } catch {
    // Of a form that only its maker knows: the key is then not found, and that is said.
    return {};
  }
}

function digestOf(pem: string): string | undefined {
  try {
    return spkiDigest(pem);
  } catch {
    return undefined;
  }
}
