import { generic } from "./generic";
import { tryPartner } from "./harness";

tryPartner(generic);
