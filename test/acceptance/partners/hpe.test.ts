import { hpe } from "./hpe";
import { tryPartner } from "./harness";

tryPartner(hpe);
