import { setMaxListeners } from "node:events";
import type { GuestImage } from "../../../components/guest/measurement/guestImage";
import type { HostProfile } from "../../../components/host/profile";
import type { Release } from "../../../components/workload/release";
import type { KubeApi } from "../../controlplane/api";
import { keyBrokerOf } from "../links/key/endpoint";
import type { Presented } from "../presented";
import type { Seen } from "../seen";
import { unseen } from "../seen";
import type { ShownCertificate, Snapshot, TrustSnapshot } from "../snapshot";
import { shownCertificate } from "./certificate";
import type { ClusterQuestion } from "./cluster";
import { readCluster } from "./cluster";
import { LivePolicies } from "./policies";
import type { PresentContext } from "./present";
import { ClusterReader } from "./reader";
import { readTrust } from "./trust";

type Api = Pick<KubeApi, "send" | "server">;

export interface CollectArgs extends ClusterQuestion {
  /** The provider's cluster. */
  readonly cluster: Api;
  /** The model owner's, where its credentials were given. */
  readonly trust?: Api | undefined;
  /** Finds the OPA program, when there is a policy to evaluate. */
  readonly opa: () => Promise<string>;
  readonly releases: readonly Release[];
  readonly guestImages?: readonly GuestImage[];
  /** Hosts as the provider declared them. Default: not known. */
  readonly hosts?: readonly HostProfile[];
  readonly simulated?: boolean;
  /** What a guest showed; may ask the live policies. */
  readonly present?: (context: Omit<PresentContext, "signer">) => Promise<readonly Presented[]>;
  /** Where the key broker can be looked at from here, `host:port`; default: the URL of the releases' init-data. */
  readonly keyBroker?: { readonly host: string; readonly port: number };
  /** In place of a look at the key broker: where nobody listens, as in a rehearsal. */
  readonly certificate?: Seen<ShownCertificate>;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/** Reads once all that a diagnosis looks at. Only ever GETs, no value of a Secret, no byte to a key broker. */
export async function collect(args: CollectArgs): Promise<Snapshot> {
  const { cluster, trust, releases, guestImages = [], hosts = [], simulated = false, present, now, signal } = args;
  // Every request of a snapshot listens to it.
  if (signal) setMaxListeners(0, signal);
  const reading = readCluster(new ClusterReader(cluster, signal), {
    namespaces: args.namespaces,
    kubelets: simulated ? [] : args.kubelets,
  });
  // Heard where it is awaited; until then something else may fail first.
  reading.catch(() => undefined);
  let opened: LivePolicies | undefined;
  try {
    const open = async (files: LivePolicies["files"]) => (opened = await LivePolicies.open(await args.opa(), files));
    const broker =
      trust &&
      (await readTrust(new ClusterReader(trust, signal), open, args.certificate ?? (await seenCertificate(args))));
    const policies = broker?.policies ?? unseen("the model owner's cluster was not looked at (--trust-kubeconfig)");
    const presented = (await present?.({ releases, policies })) ?? [];
    const snapshot: TrustSnapshot | undefined = broker?.snapshot;
    return {
      now,
      simulated,
      hosts,
      cluster: await reading,
      ...(snapshot && { trust: snapshot }),
      releases,
      presented,
      guestImages,
    };
  } finally {
    opened?.remove();
  }
}

/** Where guests look for their key broker, or where the reader says that it can be looked at. */
async function seenCertificate({ releases, keyBroker, signal }: CollectArgs): Promise<Seen<ShownCertificate>> {
  const [url] = releases.flatMap((release) => keyBrokerOf(release)?.url ?? []);
  if (url === undefined) return unseen("no release was given whose init-data names a key broker");
  const { hostname, port } = new URL(url);
  const endpoint = { host: hostname, port: port === "" ? 443 : Number(port), serverName: hostname };
  return shownCertificate({ ...endpoint, ...keyBroker }, signal);
}
