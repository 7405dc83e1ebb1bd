import { hardwareCase } from "./hardware";

export const hpe = hardwareCase("hpe");
