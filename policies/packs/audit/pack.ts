import { packOf } from "../../pack";
import { rules } from "../../rules";

export const audit = packOf("audit", "Every rule as a warning, for a stack that is there already.", rules);
