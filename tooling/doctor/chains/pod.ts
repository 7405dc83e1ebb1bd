import { admissionLinks } from "../links/pod/admission";
import { asReleasedLinks } from "../links/pod/asReleased";
import { guestLinks, sandboxLinks } from "../links/pod/guest";
import { networkLinks } from "../links/pod/network";
import { classLinks, placementLinks } from "../links/pod/placement";
import type { Link, PodSubject } from "../outcome";

/** Why a pod does not run, as far as its guest: what stands between a workload and a virtual machine. */
export const podChain: readonly Link<PodSubject>[] = [
  ...classLinks,
  ...admissionLinks,
  ...asReleasedLinks,
  ...placementLinks,
  ...networkLinks,
  ...sandboxLinks,
];

/** What a guest comes to afterwards; behind the key chain, since without a key it comes to nothing. */
export const guestChain: readonly Link<PodSubject>[] = guestLinks;
