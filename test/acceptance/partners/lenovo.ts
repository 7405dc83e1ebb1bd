import { hardwareCase } from "./hardware";

export const lenovo = hardwareCase("lenovo");
