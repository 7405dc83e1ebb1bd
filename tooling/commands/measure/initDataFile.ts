import { parse } from "smol-toml";
import { initDataDigest } from "../../../components/guest/initData";
import { readNamed } from "../../files";
import { UserError } from "../../ui";

/** Digest of an init-data file. What no guest would take is refused: most likely it is another file, or the annotation. */
export function initDataFileDigest(path: string): string {
  const text = readNamed(path, "the init-data (TOML)");
  const refuse = (what: string) =>
    new UserError(`${path} is no init-data: ${what}; name the TOML that the pod's annotation holds, unpacked.`);
  let toml: Record<string, unknown>;
  try {
    toml = parse(text);
  } catch {
    throw refuse("it is not TOML");
  }
  // What is no UTF-8 was replaced while reading, and the digest would be another one.
  if (text.includes("\uFFFD")) throw refuse("it is not UTF-8");
  if (toml.algorithm !== "sha256") throw refuse(`its algorithm is ${JSON.stringify(toml.algorithm)}, not "sha256"`);
  if (typeof toml.data !== "object") throw refuse("it has no table [data]");
  return initDataDigest(text);
}
