import { hardwareCase } from "./hardware";

export const dell = hardwareCase("dell");
