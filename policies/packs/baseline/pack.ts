import { packOf } from "../../pack";
import { rules } from "../../rules";

export const baseline = packOf("baseline", "What the reference architecture cannot do without.", rules);
