import { defaultPullTimeouts } from "../../../components/runtime/timeouts";
import { durationSeconds } from "../../duration";
import { patientKataDeploy } from "../../examples/cluster";
import { eightGpuTdxDeployment, patientKubelet } from "../../examples/hosts";
import { someKnown } from "../../evaluate";
import type { Shim } from "../../kata";
import { dropIn, isTeeShim, kataReleases, shims } from "../../kata";
import { kataKubelets } from "../../kubelet";
import type { Pod } from "../../kubernetes";
import { confidentialPods, containersOf } from "../../kubernetes";
import type { Place } from "../../place";
import type { Resource } from "../../rule";
import { bareMetal, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";
import { pgpuResource } from "../../../components/host/hardware";

const usual = defaultPullTimeouts.shimSeconds;
const tdx = "qemu-nvidia-gpu-tdx";
const pointer = `/values/shims/${tdx}/dropIn`;
const path = `values.shims.${tdx}.dropIn`;
const waits = `${path}#runtime.create_container_timeout`;

export const kataTimeoutsLong = stackRule({
  id: "kata-timeouts-long",
  title: "Shims wait as long as their guests take to start, and kubelet as long as the shims",
  pillar: "runtime",
  severity: "medium",
  threat:
    "A TDX guest with eight GPUs is killed just before it is ready, again and again, and leaves GPUs that only a restart of the host frees.",
  remediation: `Write runtime.create_container_timeout in the shim's dropIn: ${usual} s or more, and more than that for eight GPUs on TDX; give kubelet's runtimeRequestTimeout as much.`,
  source: issue(repositories.kata, 13180),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  kinds: kataReleases.kinds,
  *select(resource) {
    for (const { values } of kataReleases.select(resource))
      for (const shim of shims(values)) if (isTeeShim(shim.name)) yield shim;
  },
  *check(shim, all) {
    const { place, seconds } = timeoutOf(shim);
    if (seconds === undefined) return yield place.finding("is no number of seconds");
    if (seconds < usual) yield place.finding(`is shorter than the shim's own ${usual} s`);
    else if (shim.name.startsWith(tdx) && seconds <= usual && someKnown(podsOf(all), takesBoard))
      yield place.finding(`is ${usual} s, which eight GPUs on TDX exceed; this stack has such a pod`);
    for (const kubelet of kubeletSeconds(all))
      if (kubelet < seconds) yield place.finding(`is more than the ${kubelet} s after which kubelet gives up`);
  },
  compliant: [patientKataDeploy, patientKubelet, eightGpuTdxDeployment],
  breakages: [
    { mistake: "ten minutes for a guest", path: pointer, replace: ["timeout = 2400", "timeout = 600"], expect: waits },
    {
      mistake: "the usual time for eight GPUs on TDX",
      path: pointer,
      replace: ["create_container_timeout = 2400\n", ""],
      expect: waits,
    },
    {
      mistake: "a kubelet less patient than the shim",
      resource: 1,
      path: "/data/90-trustfoundry.conf",
      replace: ["40m", "20m"],
      expect: waits,
    },
    {
      mistake: "a timeout in Go's notation",
      path: pointer,
      replace: ["timeout = 2400", 'timeout = "40m"'],
      expect: waits,
    },
  ],
});

function timeoutOf(shim: Shim): { place: Place; seconds: number | undefined } {
  const place = dropIn(shim)?.toml?.at("runtime", "create_container_timeout");
  if (place === undefined) return { place: shim.settings.at("dropIn"), seconds: usual };
  return { place, seconds: place.present ? place.count : usual };
}

function* kubeletSeconds(all: readonly Resource[]): Iterable<number> {
  for (const resource of all)
    for (const { settings } of kataKubelets.select(resource)) {
      const seconds = durationSeconds(settings.at("runtimeRequestTimeout").text);
      if (seconds !== undefined) yield seconds;
    }
}

function* podsOf(all: readonly Resource[]): Iterable<Pod> {
  for (const resource of all) yield* confidentialPods.select(resource);
}

function takesBoard(pod: Pod): boolean {
  if (pod.spec.at("runtimeClassName").text?.startsWith(`kata-${tdx}`) !== true) return false;
  const gpus = containersOf(pod).map(({ place }) => place.at("resources", "limits", pgpuResource).count ?? 0);
  return gpus.reduce((sum, count) => sum + count, 0) >= 8;
}
