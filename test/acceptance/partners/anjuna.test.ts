import { anjuna } from "./anjuna";
import { tryPartner } from "./harness";

tryPartner(anjuna);
