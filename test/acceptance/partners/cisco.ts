import { hardwareCase } from "./hardware";

export const cisco = hardwareCase("cisco");
