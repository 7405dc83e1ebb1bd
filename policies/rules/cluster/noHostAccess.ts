import { everyContainer, everyVolume, isOff, literals, re2 } from "../../admission/cel";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import { confidentialPods, containersOf } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

const hostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];
/** containerd writes them in upper case, whatever the manifest does. */
const tooCapable = /^(CAP_)?(SYS_ADMIN|SYS_MODULE|SYS_RAWIO|SYS_PTRACE|ALL)$/i;

/** What Kubernetes calls safe, and its baseline level lets through, up to 1.36: they end at the pod's own namespaces. */
const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

export const noHostAccess = resourceRule({
  id: "no-host-access",
  title: "Confidential pods take nothing from their host: no paths, no namespaces, no privileges",
  pillar: "cluster",
  severity: "high",
  threat:
    "What lies on the host is the provider's to read and to change, and a privileged container undoes the guest's own walls.",
  remediation:
    "Use emptyDir, which the guest encrypts, and images; leave hostPath, host namespaces and privileged out.",
  source: nvidiaDocs("overview"),
  platforms,
  claims: ["host-kept-out"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: hostNamespaces.map((key) => isOff("variables.spec", key)).join(" && "),
        message: `spec shares a namespace of the host: ${hostNamespaces.join(", ")}`,
      },
      { expression: everyVolume("!has(v.hostPath)"), message: "a volume is a path of the host" },
      {
        expression: everyContainer(isOff("c", "securityContext", "privileged")),
        message: "a container is privileged",
      },
      {
        expression: everyContainer(
          `c.?securityContext.?capabilities.?add.orValue([]).all(a, !a.matches(${re2(tooCapable)}))`,
        ),
        message: "a container adds a capability that is as good as privileged",
      },
      {
        expression: everyContainer('c.?securityContext.?procMount.orValue("Default") == "Default"'),
        message: "a container sees /proc unmasked",
      },
      {
        expression: `variables.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in ${literals(safeSysctls)})`,
        message: "spec sets a kernel parameter that is not among the safe ones",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy refuses host mounts and privileged containers" },
  looksAt: confidentialPods,
  *check(pod) {
    for (const key of hostNamespaces) {
      const namespace = pod.spec.at(key);
      if ((namespace.value ?? false) !== false) yield namespace.finding("shares a namespace of the host");
    }
    for (const volume of pod.spec.at("volumes").items())
      if (volume.at("hostPath").present) yield volume.at("hostPath").finding("is a path of the host");
    for (const sysctl of pod.spec.at("securityContext", "sysctls").items())
      if (!safeSysctls.includes(sysctl.at("name").text ?? ""))
        yield sysctl.at("name").finding("changes the kernel beyond the pod's own namespaces");
    for (const { place } of containersOf(pod)) {
      const context = place.at("securityContext");
      if ((context.at("privileged").value ?? false) !== false)
        yield context.at("privileged").finding("gives the container all devices and capabilities");
      for (const capability of context.at("capabilities", "add").items())
        if (tooCapable.test(capability.text ?? "")) yield capability.finding("is as good as privileged");
      const proc = context.at("procMount");
      if (proc.present && proc.value !== "Default") yield proc.finding("shows the kernel's own files under /proc");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "weights from a directory of the host",
      path: `${podPointer}/volumes/-`,
      value: { name: "weights", hostPath: { path: "/srv/models" } },
      expect: `${podPath}.volumes[1].hostPath`,
    },
    { mistake: "the host's network", path: `${podPointer}/hostNetwork`, value: true, expect: `${podPath}.hostNetwork` },
    { mistake: "the host's processes", path: `${podPointer}/hostPID`, value: true, expect: `${podPath}.hostPID` },
    {
      mistake: "a privileged container",
      path: `${containerPointer}/securityContext/privileged`,
      value: true,
      expect: `${containerPath}.securityContext.privileged`,
    },
    {
      mistake: "a capability that amounts to it",
      path: `${containerPointer}/securityContext/capabilities/add`,
      value: ["SYS_ADMIN"],
      expect: `${containerPath}.securityContext.capabilities.add[0]`,
    },
    {
      mistake: "all capabilities, in small letters",
      path: `${containerPointer}/securityContext/capabilities/add`,
      value: ["all"],
      expect: `${containerPath}.securityContext.capabilities.add[0]`,
    },
    {
      mistake: "/proc without its masks",
      path: `${containerPointer}/securityContext/procMount`,
      value: "Unmasked",
      expect: `${containerPath}.securityContext.procMount`,
    },
    {
      mistake: "a kernel parameter that is not the pod's own",
      path: `${podPointer}/securityContext/sysctls`,
      value: [{ name: "kernel.msgmax", value: "65536" }],
      expect: `${podPath}.securityContext.sysctls[0].name`,
    },
  ],
});
