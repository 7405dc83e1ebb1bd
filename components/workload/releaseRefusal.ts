/** Why a model cannot be released: one sentence, with what to write instead. */
export class ReleaseRefusal extends Error {}
