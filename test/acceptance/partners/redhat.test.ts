import { redhat } from "./redhat";
import { tryPartner } from "./harness";

tryPartner(redhat);
