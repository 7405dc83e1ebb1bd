import { dcapQvl } from "./dcapQvl";
import { goSevGuest } from "./goSevGuest";
import { ocicrypt } from "./ocicrypt";
import { goTdxGuest } from "./goTdxGuest";
import { nvidia } from "./nvidia";
import type { Oracle } from "./oracle";
import { regorus } from "./regorus";
import { sevSnpMeasure } from "./sevSnpMeasure";
import { tdx } from "./tdx";

/** What `npm run oracles` asks, in this order. */
export const oracles: readonly Oracle[] = [
  sevSnpMeasure,
  tdx,
  regorus,
  ocicrypt,
  goSevGuest,
  goTdxGuest,
  dcapQvl,
  nvidia,
];
