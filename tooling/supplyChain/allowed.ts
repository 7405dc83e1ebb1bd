/** SPDX ids of licences that packages may have, and why the less common ones may stand here. */
export const allowedLicences: Readonly<Record<string, string>> = {
  "0BSD": "permissive",
  "Apache-2.0": "permissive; this project's own",
  "BSD-2-Clause": "permissive",
  "BSD-3-Clause": "permissive",
  "BlueOak-1.0.0": "permissive",
  "CC-BY-3.0": "data of SPDX with attribution, spdx-exceptions",
  "CC0-1.0": "public domain",
  "EPL-2.0": "copyleft for its own files: used unchanged, as a package of its own (elkjs)",
  ISC: "permissive",
  MIT: "permissive",
  "MPL-2.0": "copyleft for its own files: development alone, used unchanged (axe-core)",
  "Python-2.0": "permissive (argparse)",
};

/** Packages whose manifest names a file instead of an id, read by a person: version and what the file is. */
export const readByHand: Readonly<Record<string, { readonly version: string; readonly licence: string }>> = {
  "@logdna/tail-file": { version: "2.2.0", licence: "MIT" },
};

/** Packages that would run something when they are installed, and why nothing is missing when it does not (.npmrc). */
export const installScripts: Readonly<Record<string, string>> = {
  "@pulumi/kubernetes": "would download the provider's plugin, which the toolchain builds from the pinned Go module",
  esbuild: "would look whether its program is there, which is a package of its own",
  protobufjs: "would compare the versions that packages ask for",
};
