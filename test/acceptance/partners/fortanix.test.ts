import { fortanix } from "./fortanix";
import { tryPartner } from "./harness";

tryPartner(fortanix);
