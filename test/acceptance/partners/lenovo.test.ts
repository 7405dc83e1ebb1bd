import { lenovo } from "./lenovo";
import { tryPartner } from "./harness";

tryPartner(lenovo);
