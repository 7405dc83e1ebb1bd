/** Where in a token something stands. */
export type Path = readonly (string | number)[];

export const cpu = (...path: Path): Path => ["submods", "cpu0", ...path];

/** Evidence of a part, as the attestation service puts it into the token. */
export const device = (part: string, ...path: Path): Path => [
  "submods",
  part,
  "ear.veraison.annotated-evidence",
  ...path,
];

export const snpClaim = (...path: Path): Path => device("cpu0", "snp", ...path);
export const tdxClaim = (...path: Path): Path => device("cpu0", "tdx", ...path);
export const body = (...path: Path): Path => tdxClaim("quote", "body", ...path);
export const vector = (part: string, claim: string): Path => ["submods", part, "ear.trustworthiness-vector", claim];
