import { hostPerformance, hostTuned } from "../../examples/firmware";
import { hostCpus } from "../../firmware";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

/** As TuneD has it, and as shells do; a loop writes to `$c/online`. */
const switchesOff = [
  /\/sys\/devices\/system\/cpu\/smt\/control\s*=\s*(force)?off\b/,
  /\/sys\/devices\/system\/cpu\/cpu[^/\s=]*\/online\s*=\s*0/,
  /\b(force)?off\b[^\n;]*(>|\btee\b)[^\n;]*\/smt\/control/,
  /\b0\b[^\n;]*(>|\btee\b)[^\n;]*\/online\b/,
];

export const hostCpusOnline = resourceRule({
  id: "host-cpus-online",
  title: "Hosts of confidential guests take no CPU offline while they run",
  pillar: "hardware",
  severity: "medium",
  threat:
    "A tuning profile switches threads off at run time: caches of offline CPUs are not flushed, SEV-SNP's ASIDs are never recycled, and after about a hundred guests none starts until the host does.",
  remediation:
    "Leave offlined out, and smt/control alone; switch threads off in the firmware, where they have to be off.",
  source: file("torvalds/linux", "arch/x86/kvm/svm/sev.c", "v6.17"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "guests fail to start; availability is the provider's to give" },
  looksAt: hostCpus,
  *check({ offlined, script }) {
    if (offlined?.present && offlined.text !== "") yield offlined.finding("takes CPUs offline: ASIDs are not recycled");
    if (script && switchesOff.some((pattern) => pattern.test(script.text)))
      yield script.place.finding("switches CPUs off at run time: ASIDs are not recycled");
  },
  compliant: [hostPerformance, hostTuned],
  breakages: [
    {
      mistake: "threads taken offline for speed",
      path: "/spec/cpu/offlined",
      value: "64-127",
      expect: "spec.cpu.offlined",
    },
    {
      mistake: "threads switched off by TuneD",
      resource: 1,
      path: "/spec/profile/0/data",
      replace: ["/sys/kernel/mm/ksm/run=0", "/sys/devices/system/cpu/smt/control=off"],
      expect: "spec.profile[0].data",
    },
  ],
});
