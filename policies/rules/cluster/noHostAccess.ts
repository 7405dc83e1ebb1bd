import { everyContainer, everyVolume, isOff, re2 } from "../../admission/cel";
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
    for (const { place } of containersOf(pod)) {
      const context = place.at("securityContext");
      if ((context.at("privileged").value ?? false) !== false)
        yield context.at("privileged").finding("gives the container all devices and capabilities");
      for (const capability of context.at("capabilities", "add").items())
        if (tooCapable.test(capability.text ?? "")) yield capability.finding("is as good as privileged");
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
  ],
});
