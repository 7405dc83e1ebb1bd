import type { CollateralKind } from "./context";

/** Where a document lies that would let a check be made: what `collateral fetch` gets, where there is a network. */
export interface CollateralSource {
  readonly kind: CollateralKind;
  /** What it is, for screens: `reference manifest of driver 595.58.03 on GH100`. */
  readonly title: string;
  readonly url: string;
  /** Name of the file that it is kept in. */
  readonly file: string;
  /** Body of a POST; without it, a GET. */
  readonly post?: { readonly contentType: string; readonly body: Uint8Array };
  /** The document is base64 in this member of the JSON that the service answers with. Default: the answer is the document. */
  readonly base64Member?: string;
}
