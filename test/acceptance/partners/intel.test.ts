import { intel } from "./intel";
import { tryPartner } from "./harness";

tryPartner(intel);
