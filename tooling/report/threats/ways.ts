import type { ClaimId } from "../../../components/verdict/claims";
import { isolationUnits } from "../../../components/verdict/isolation";
import type { Adversary as Kept, Place } from "../../../components/verdict/isolation";
import { nvidiaDocs } from "../../../policies/sources";
import type { Source } from "../../../policies/sources";
import type { ControlId } from "./controls";

/** Whom the matrix asks about. */
export const adversaries = {
  hostOs: "host operating system",
  hypervisor: "hypervisor",
  cloudProvider: "cloud provider",
  clusterAdmin: "cluster administrator",
  network: "network",
  otherTenant: "other tenant",
  modelOwner: "model owner",
  infrastructureProvider: "infrastructure provider",
  dataOwner: "data owner",
} as const;
export type Adversary = keyof typeof adversaries;
export const adversaryNames = Object.keys(adversaries) as Adversary[];

/** What each of them might be after. */
export const assets = {
  weights: "weights: the model's parameters in plain text",
  prompts: "prompts: what is asked and answered",
  keys: "keys: what opens weights, images and secrets",
  images: "images: to read them, or to run another one in their place",
} as const;
export type Asset = keyof typeof assets;
export const assetNames = Object.keys(assets) as Asset[];

/** One way to an asset: what stops it, all of these together; or why nothing does. */
export type Way = { readonly what: string } & (
  | { readonly stoppedBy: readonly ControlId[] }
  | { readonly open: string; readonly claims: readonly ClaimId[]; readonly source: Source }
);

/** `own`: it is that party's own. `nobody`: there is no such party at this place. */
export type Ways = readonly Way[] | { readonly own: string } | { readonly nobody: string };

export interface Asked {
  readonly place: Place;
  /** Whether whoever operates the key store can have the keys without evidence. */
  readonly keysAtCloud: boolean;
  /** Whether the release has a serving key. */
  readonly servingKey: boolean;
}

/** The ways of an adversary to an asset. Every pair is answered, for every place. */
export function waysOf(adversary: Adversary, asset: Asset, asked: Asked): Ways {
  if (adversary === "modelOwner") return ofModelOwner(asset, asked);
  if (adversary === "dataOwner") return ofDataOwner(asset, asked);
  return asked.place === "pod" ? podWays(adversary, asset, asked) : placeWays(adversary, asset, asked);
}

const stopped = (what: string, ...stoppedBy: readonly ControlId[]): Way => ({ what, stoppedBy });
const open = (what: string, because: string, claims: readonly ClaimId[], source: Source): Way => ({
  what,
  open: because,
  claims,
  source,
});

const limits = nvidiaDocs("overview");
const isolationPage: Source = { text: "docs/isolation.md, with its sources", url: "" };
const releasesPage: Source = { text: "docs/releases.md, serving keys", url: "" };
const keyAuthorityPage: Source = { text: "docs/isolation.md, who releases model keys", url: "" };

const memory = stopped("reading the guest's memory", "memory-encrypted", "guest-measured", "firmware-floor");
const gpu = stopped("reading GPU memory, or the bus to it", "gpu-confidential");
const agent = stopped("commands and mounts through the guest's agent", "agent-policy");
const output = stopped("the container's output and input", "output-kept");
const restOfWeights = stopped("the weights where they lie, and on their way", "weights-sealed");
const otherGuest = stopped("starting a changed guest that asks for the keys", "guest-measured", "keys-by-release");
const askBroker = stopped("asking the key broker without being the release", "keys-by-release", "broker-closed");
const keyTraffic = stopped("reading keys on their way to the guest", "keys-wrapped");
const otherImage = stopped("running another image in its place", "image-bound", "guest-measured");
const readImage = stopped("reading the image in its registry, and on its way", "image-encrypted");
const elsewhere = stopped("leading prompts to a program of one's own", "serving-key");
const neighbours = stopped(
  "reaching into the pod from another pod",
  "memory-encrypted",
  "agent-policy",
  "namespace-closed",
);

const keyStore = open(
  "taking the keys out of the store",
  "key authority is cloud: whoever operates the key store has the keys without any evidence",
  ["keys-never-in-clear", "keys-for-release-only"],
  keyAuthorityPage,
);

type Outsider = Exclude<Adversary, "modelOwner" | "dataOwner">;

/** Pods on bare metal, each a measured guest of a release. */
function podWays(adversary: Outsider, asset: Asset, asked: Asked): Ways {
  const { keysAtCloud } = asked;
  // A key opens what it seals.
  const store = keysAtCloud && asset !== "prompts" ? [keyStore] : [];
  const host: Record<Asset, readonly Way[]> = {
    weights: [memory, gpu, otherGuest, restOfWeights],
    prompts: [memory, gpu, output, elsewhere],
    keys: [memory, otherGuest, keyTraffic],
    images: [otherImage, readImage],
  };
  const administrator: Record<Asset, readonly Way[]> = {
    weights: [agent, otherImage, otherGuest, restOfWeights],
    prompts: [agent, output, otherImage, elsewhere],
    keys: [agent, otherImage, askBroker, keyTraffic],
    images: [otherImage, readImage],
  };
  switch (adversary) {
    case "hostOs":
    case "hypervisor":
      return host[asset];
    case "clusterAdmin":
      return administrator[asset];
    case "infrastructureProvider":
      // All of it at once: hosts, hypervisor, cluster and network are the provider's.
      return [...new Set([...host[asset], ...administrator[asset]])];
    case "cloudProvider":
      return store.length > 0
        ? store
        : { nobody: "no cloud operates these hosts: see the infrastructure provider, who does" };
    case "network":
      return {
        weights: [restOfWeights],
        prompts: [elsewhere],
        keys: [keyTraffic],
        images: [otherImage, readImage],
      }[asset];
    case "otherTenant":
      return {
        weights: [neighbours, askBroker, restOfWeights],
        prompts: [neighbours],
        keys: [neighbours, askBroker],
        images: [otherImage, readImage],
      }[asset];
  }
}

const nodeMemory = stopped("reading the machine's memory", "node-memory-encrypted");
const nodeDisk = stopped("reading the machine's disk", "node-disk-encrypted");
const nodeKeys = stopped("asking for keys from another machine", "node-keys-gated");

const keptFrom: Readonly<Record<Outsider, readonly Kept[]>> = {
  hostOs: ["hostOs"],
  hypervisor: ["hypervisor"],
  cloudProvider: ["cloudOperator"],
  clusterAdmin: ["clusterAdmin"],
  network: ["network"],
  otherTenant: ["otherPods"],
  // Whoever rents machines administers cluster and nodes on them.
  infrastructureProvider: ["clusterAdmin", "nodeAdmin"],
};

/**
 * Clouds' nodes and machines, peer pods and Anjuna's: what docs/isolation.md says of each, and what is placed of it. Whoever
 * is let in reads everything, so that nothing else is counted against him.
 */
function placeWays(adversary: Outsider, asset: Asset, { place, keysAtCloud }: Asked): Ways {
  const unit = isolationUnits[place];
  const defences = keptFrom[adversary].map((kept) => unit.against[kept]).filter(({ stopped: how }) => how !== "absent");
  if (defences.length === 0) return { nobody: `${unit.title}: there is no such party` };
  const letIn = (how: string) => open("into the machine", how, ["cloud-node-confidential"], isolationPage);
  const inside = defences.filter(({ stopped: how }) => how === "no");
  if (inside.length > 0) return inside.map(({ how }) => letIn(how));
  const partly = defences.filter(({ stopped: how }) => how === "partly").map(({ how }) => letIn(how));
  const store = keysAtCloud && adversary === "cloudProvider" && asset !== "prompts" ? [keyStore] : [];
  const validated = unit.stage === "experimental" ? [experimental(place)] : [];
  const machine = adversary === "network" ? [] : [adversary === "infrastructureProvider" ? login(place) : nodeMemory];
  return [...partly, ...machine, ...machineWays(asset, place, adversary), ...store, ...validated];
}

const login = (place: Place) =>
  place === "gcpSpace"
    ? stopped("logging in to the machine", "space-image-bound", "node-memory-encrypted")
    : stopped("logging in to the machine", "node-memory-encrypted");

/** What is about the asset, whoever is after it. */
function machineWays(asset: Asset, place: Place, adversary: Outsider): readonly Way[] {
  const image =
    place === "gcpSpace"
      ? stopped("running another image in its place", "space-image-bound")
      : open(
          "running another image in its place",
          "evidence is of the machine; whatever it is told to start looks the same",
          ["image-as-released"],
          isolationPage,
        );
  return {
    weights: [...(adversary === "network" ? [] : [nodeDisk]), unboundWeights],
    prompts: [unboundPrompts],
    keys: [nodeKeys],
    images: [image, readableImage],
  }[asset];
}

const noReleaseThere = "no release stands for such machines, so that no evidence binds it to them";
const unboundWeights = open(
  "the weights where they lie, and on their way",
  noReleaseThere,
  ["keys-never-in-clear"],
  releasesPage,
);
const unboundPrompts = open("leading prompts elsewhere", noReleaseThere, ["keys-for-release-only"], releasesPage);
const readableImage = open(
  "reading the image",
  "images are not encrypted for such machines",
  ["keys-never-in-clear"],
  isolationPage,
);

const experimental = (place: Place): Way =>
  open(
    "whatever nobody has looked for",
    `${isolationUnits[place].title} is experimental: no vendor has validated it with a GPU`,
    ["gpu-confidential"],
    isolationPage,
  );

function ofModelOwner(asset: Asset, { servingKey, place }: Asked): Ways {
  if (asset === "weights") return { own: "the weights are the model owner's" };
  if (asset === "keys") return { own: "the keys are the model owner's" };
  if (asset === "images") return { own: "the model owner chooses the image" };
  const program = open(
    "through the program that answers",
    "it is the model owner's, reads every prompt, and may keep or send what it likes",
    ["image-as-released", "host-kept-out"],
    limits,
  );
  const ends = servingKey
    ? [
        open(
          "answering with the serving key outside of any guest",
          "its private half lies in the model owner's own key broker",
          ["keys-never-in-clear"],
          releasesPage,
        ),
      ]
    : [];
  const signed = place === "pod" ? [stopped("releasing another program without being seen", "data-owner-signs")] : [];
  return [...signed, program, ...ends];
}

function ofDataOwner(asset: Asset, { place }: Asked): Ways {
  if (asset === "prompts") return { own: "the prompts are the data owner's" };
  const pod = place === "pod";
  const ask = pod ? askBroker : nodeKeys;
  const answers = open(
    "learning the model by its answers",
    "whoever may ask may ask often; nothing here counts or limits questions",
    ["image-as-released"],
    limits,
  );
  const image = pod ? [otherImage, readImage] : [readableImage];
  return { weights: [ask, ...(pod ? [restOfWeights] : []), answers], keys: [ask], images: image }[asset];
}
