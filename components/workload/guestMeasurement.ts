import type { GuestImage } from "../guest/measurement/guestImage";
import { guestImageDigest } from "../guest/measurement/guestImage";
import type { LaunchProfile } from "../guest/measurement/launchProfile";
import { launchProfileFor } from "../guest/measurement/launchProfile";
import { measureGuest } from "../guest/measurement/measureGuest";
import type { ModelDeclaration } from "./modelDeclaration";
import { ReleaseRefusal } from "./releaseRefusal";
import type { Launch, Release } from "./release";

export interface MeasuredGuest {
  readonly model: Pick<ModelDeclaration, "tee" | "launchMeasurement" | "rtmrs">;
  readonly vcpus: number;
  /** Kata's version, which decides how the guest is started. */
  readonly kata: string;
  readonly guestImage?: GuestImage;
  readonly simulated: boolean;
}

/**
 * What the guest's hardware report has to show. Computed from the guest image where there is one; what the owner declares
 * beside it has to agree, so that a measurement copied from a running guest is a check and never a shortcut.
 */
export function guestMeasurement(guest: MeasuredGuest): Pick<Release, "launch" | "measuredBy" | "guestImage"> {
  const { guestImage, model, simulated } = guest;
  const declared = declaredLaunch(model);
  if (!guestImage) {
    if (!declared)
      throw new ReleaseRefusal(
        "nothing says how its guest measures, and without a launch measurement no key could be released; " +
          "describe the guest image (`guestImage`), or add launchMeasurement",
      );
    return { launch: declared, measuredBy: "declared" };
  }
  if (guestImage.simulated && !simulated)
    throw new ReleaseRefusal(
      `the guest image ${guestImage.name} was made up for a rehearsal; describe the real one by \`npm run trustfoundry -- guest describe\``,
    );
  const { launch, profile } = computedLaunch(guest, guestImage);
  if (declared) requireEqual(declared, launch, guestImage.name);
  return {
    launch,
    measuredBy: guestImage.simulated ? "simulated" : "computed",
    guestImage: { name: guestImage.name, digest: guestImageDigest(guestImage), profile: profileName(profile) },
  };
}

/** `kata-4.0.0-snp-go`, with what is known of it: a profile that was never compared with a real host says so. */
function profileName({ kata, tee, shim, verified }: LaunchProfile): string {
  return `kata-${kata}-${tee}-${shim}${verified ? "" : " (unverified)"}`;
}

function computedLaunch(
  { model, vcpus, kata }: MeasuredGuest,
  image: GuestImage,
): { launch: Launch; profile: LaunchProfile } {
  if (image.kata !== kata)
    throw new ReleaseRefusal(
      `the guest image ${image.name} comes with Kata ${image.kata}, and the platform has ${kata}; describe that version's image`,
    );
  const profile = launchProfileFor({ kata, tee: model.tee, shim: "go" });
  const measured = measureGuest({ image, profile, vcpus });
  const launch =
    measured.tee === "snp"
      ? { snp: { measurement: measured.launchDigest } }
      : { tdx: { mrTd: measured.mrTd, rtmr1: measured.rtmr1, rtmr2: measured.rtmr2 } };
  return { launch, profile };
}

function declaredLaunch({ tee, launchMeasurement, rtmrs }: MeasuredGuest["model"]): Launch | undefined {
  if (launchMeasurement === undefined) return undefined;
  if (tee === "snp") return { snp: { measurement: launchMeasurement } };
  if (!rtmrs)
    throw new ReleaseRefusal(
      "rtmrs are missing: MRTD alone binds neither kernel nor command line; add rtmr1 and rtmr2",
    );
  return { tdx: { mrTd: launchMeasurement, ...rtmrs } };
}

function requireEqual(declared: Launch, computed: Launch, image: string): void {
  const register = (launch: Launch) => ({ ...launch.snp, ...launch.tdx }) as Record<string, string>;
  const expected = register(computed);
  for (const [name, value] of Object.entries(register(declared)))
    if (expected[name] !== value)
      throw new ReleaseRefusal(
        `${name} is declared as ${value}, but the guest image ${image} gives ${expected[name]}; one of them is another ` +
          "guest's: compare with `npm run trustfoundry -- measure --against`, or remove the declared one",
      );
}
