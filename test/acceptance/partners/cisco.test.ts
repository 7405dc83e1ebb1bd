import { cisco } from "./cisco";
import { tryPartner } from "./harness";

tryPartner(cisco);
