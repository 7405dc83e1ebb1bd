import type { ServicePlace } from "./servicePlace";

/**
 * Where the KBS keeps its sessions, the handshakes of a few minutes. `memory`: in each replica; guests are kept with the
 * replica that they began with, by address, and begin again where it goes away. `postgres`: shared by all replicas.
 *
 * Sessions alone are kept there. They hold nonces and attestation tokens and no key: who reads them learns measurements,
 * and who writes them could have an old nonce accepted, while resources stay encrypted to the key of the guest whose
 * evidence was verified.
 */
export type Sessions = { readonly kind: "memory" } | PostgresSessions;

export interface PostgresSessions {
  readonly kind: "postgres";
  /** Existing Kubernetes Secret and its key, with the URL (user and password included): POSTGRES_URL overrides the file. */
  readonly urlSecret: { readonly name: string; readonly key: string };
  readonly port: number;
  /** Trustee v0.21.0 speaks to Postgres without TLS (its sqlx is built without): keep it in a network of the owner's. */
  readonly reachedAt: ServicePlace;
}

/** What an owner should hear at every preview. */
export function sessionWarnings(sessions: Sessions, replicas: number): string[] {
  return [
    ...(replicas < 2
      ? [
          "keyBroker.replicas: 1: no guest gets a key while the replica or its node is away, and starting models wait; write 2 or more",
        ]
      : []),
    ...(sessions.kind === "postgres"
      ? [
          "keyBroker.sessions: Trustee speaks to Postgres without TLS; have nothing but the key broker on the way between the two",
        ]
      : []),
  ];
}
