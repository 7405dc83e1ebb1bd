import { dell } from "./dell";
import { tryPartner } from "./harness";

tryPartner(dell);
