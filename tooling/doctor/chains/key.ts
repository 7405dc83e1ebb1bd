import type { KeySubject, Link } from "../outcome";
import { brokerLinks } from "../links/key/broker";
import { decisionLinks } from "../links/key/decisions";
import { endpointLinks } from "../links/key/endpoint";
import { guestLinks } from "../links/key/guest";
import { tokenLinks, verdictLinks } from "../links/key/token";

/** Why a guest of a release gets no key: the key broker, what it decides by, and what the guest shows. */
export const keyChain: readonly Link<KeySubject>[] = [
  ...brokerLinks,
  ...endpointLinks,
  ...decisionLinks,
  ...tokenLinks,
  ...guestLinks,
  ...verdictLinks,
];
