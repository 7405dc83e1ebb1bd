import { packOf } from "../../pack";
import { rules } from "../../rules";

export const strict = packOf(
  "strict",
  "Everything known to be wrong, hardening and hints included; every rule refuses.",
  rules,
);
