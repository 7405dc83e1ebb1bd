import { rules } from "../../rules";
import type { Pack } from "../../pack";

export const baseline: Pack = {
  name: "trustfoundry-baseline",
  description: "What the reference architecture cannot do without; every rule refuses.",
  selection: rules.map((rule) => ({ rule, level: "mandatory" })),
};
