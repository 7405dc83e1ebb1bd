import type { Pack } from "../../pack";
import { rules } from "../../rules";

export const audit: Pack = {
  name: "trustfoundry-audit",
  description: "The baseline as warnings, for a stack that is there already.",
  selection: rules.map((rule) => ({ rule, level: "advisory" })),
};
