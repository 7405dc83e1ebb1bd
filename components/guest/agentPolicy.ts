import { agentPolicyRules } from "./agentPolicyRules";

/**
 * The part of a release that the built-in agent policy binds.
 *
 * The agent policy runs inside the guest and is measured with the init-data: a trust boundary against the host, which
 * otherwise may ask the agent for anything.
 */
export interface AgentPolicyArgs {
  /** The one image that containers of this guest run, by digest. */
  readonly image: { readonly repository: string; readonly digest: string };
  /** Numeric user and group, never root. */
  readonly user: { readonly uid: number; readonly gid: number };
  /**
   * The program with its arguments. Empty: the image's own, which then is not bound: the host may start any program of
   * the image, a shell included (`notBound` says so). Name it wherever the host is not trusted.
   */
  readonly command: readonly string[];
  /**
   * Every variable, `NAME=value`, of the image's configuration and of the pod. Kubernetes' own (HOSTNAME, KUBERNETES_…)
   * are known. Undefined: not bound, except that known switches of loaders and interpreters such as LD_PRELOAD, and
   * values that name one of the files which the host writes, are refused. No such list is ever complete.
   */
  readonly environment?: readonly string[];
  /** Where encrypted scratch (emptyDir) may be mounted. Default: /tmp. */
  readonly scratchMounts?: readonly string[];
  /** GPUs and NVSwitches that may be handed in. How many really are is for attestation to say. */
  readonly passthroughDevices: number;
}

export interface AgentPolicy {
  readonly rego: string;
  /** What this policy leaves to the host, in words for the release's `notMeasured`. */
  readonly notBound: readonly string[];
}

/**
 * The built-in policy "lockdown": no exec, no log streaming, no policy change, one image by digest, its user, no
 * privileges, encrypted scratch, and nothing of the host's mounted over the image.
 *
 * It is one policy for all pods, not made from a pod's specification as genpolicy's is, so it does not bind: the number
 * of containers made from the image, mount options, resource limits, host name, and what `notBound` lists. Policies
 * that genpolicy makes need Kata 4.1.0 (GHSA-fmg6-v47x-52wr: earlier ones let the host mount guest paths of its
 * choice); this one ties every storage and mount to a fixed place instead, and needs no particular version.
 */
export function lockdownPolicy(args: AgentPolicyArgs): AgentPolicy {
  checkArgs(args);
  const image = `${args.image.repository}@${args.image.digest}`;
  const policyData = {
    containers: [
      {
        // The shape that the attestation service copies into the token (init_data_claims.agent_policy_claims).
        OCI: {
          Annotations: { "io.kubernetes.cri.image-name": image },
          Process: { User: { GID: args.user.gid, UID: args.user.uid } },
        },
        arguments: args.command.length > 0 ? args.command : null,
        environment: args.environment ? [...args.environment].sort() : null,
        groups: [args.user.gid],
        image,
        passthrough_devices: args.passthroughDevices,
        scratch_mounts: [...(args.scratchMounts ?? ["/tmp"])].sort(),
      },
    ],
    ...fixedData,
  };
  const notBound = [
    "agent policy: host name, resolv.conf and hosts come from the provider; name resolution is not trusted",
    "agent policy: the number of containers started from the image",
    "agent policy: working directory, resource limits and mount options",
    ...(args.command.length > 0
      ? []
      : [
          "agent policy: program and arguments, since the release names no command; the provider may run any program " +
            "of the image, a shell included, with everything that the guest may read",
        ]),
    ...(args.environment
      ? []
      : [
          "agent policy: environment variables, since the release lists none; only known switches of loaders and interpreters are refused",
        ]),
  ];
  // policy_data has to come last and be JSON: the attestation service finds it by that.
  return { rego: `${agentPolicyRules}\npolicy_data := ${JSON.stringify(policyData, null, 2)}\n`, notBound };
}

/** Switches of loaders and interpreters that turn a program into another one. No such list is ever complete. */
export const refusedEnvironment: readonly string[] = [
  "BASHOPTS",
  "BASH_ENV",
  "BROWSER",
  "CLASSPATH",
  "CUDA_INJECTION32_PATH",
  "CUDA_INJECTION64_PATH",
  "CURL_CA_BUNDLE",
  "ENV",
  "GCONV_PATH",
  "GLIBC_TUNABLES",
  "HOSTALIASES",
  "JAVA_TOOL_OPTIONS",
  "JDK_JAVA_OPTIONS",
  "LD_AUDIT",
  "LD_PRELOAD",
  "LOCPATH",
  "NCCL_CONF_FILE",
  "NCCL_NET_PLUGIN",
  "NCCL_PROFILER_PLUGIN",
  "NCCL_TUNER_PLUGIN",
  "NODE_EXTRA_CA_CERTS",
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "OCL_ICD_FILENAMES",
  "OPENSSL_CONF",
  "OPENSSL_ENGINES",
  "OPENSSL_MODULES",
  "PERL5DB",
  "PERL5LIB",
  "PERL5OPT",
  "PERLLIB",
  "PROMPT_COMMAND",
  "PS4",
  "PYTHONBREAKPOINT",
  "PYTHONHOME",
  "PYTHONHTTPSVERIFY",
  "PYTHONINSPECT",
  "PYTHONPATH",
  "PYTHONPLATLIBDIR",
  "PYTHONSTARTUP",
  "PYTHONUSERBASE",
  "PYTHONWARNINGS",
  "REQUESTS_CA_BUNDLE",
  "RUBYLIB",
  "RUBYOPT",
  "SHELLOPTS",
  "SSLKEYLOGFILE",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "VK_ICD_FILENAMES",
  "_JAVA_OPTIONS",
];

/** What every Kata sandbox brings along (genpolicy-settings.json, 4.0.0 and 4.1.0). */
const fixedData = {
  injected_environment: [
    "^HOSTNAME=[a-zA-Z0-9._-]+$",
    "^KUBERNETES_SERVICE_HOST=[0-9a-f.:]+$",
    "^KUBERNETES_SERVICE_PORT(_HTTPS)?=[0-9]+$",
    "^KUBERNETES_PORT(_443_TCP)?=tcp://[0-9a-f.:\\[\\]]+:[0-9]+$",
    "^KUBERNETES_PORT_443_TCP_(PROTO=tcp|PORT=443|ADDR=[0-9a-f.:]+)$",
  ],
  kernel_mounts: {
    "/dev": { source: "tmpfs", type: "tmpfs" },
    "/dev/mqueue": { source: "mqueue", type: "mqueue" },
    "/dev/pts": { source: "devpts", type: "devpts" },
    "/proc": { source: "proc", type: "proc" },
    "/sys": { source: "sysfs", type: "sysfs" },
    "/sys/fs/cgroup": { source: "cgroup", type: "cgroup" },
  },
  masked_paths: ["/proc/acpi", "/proc/kcore", "/proc/keys", "/sys/firmware"],
  pod_file_names: "(^|[/:;,=])(hostname|hosts|resolv\\.conf|termination-log)($|[^a-zA-Z0-9_.-])",
  pod_files: {
    "/dev/termination-log": "termination-log",
    "/etc/hostname": "hostname",
    "/etc/hosts": "hosts",
    "/etc/resolv.conf": "resolv\\.conf",
  },
  readonly_paths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
  refused_environment: refusedEnvironment,
  // SCSI host:LUN, or the PCI path that a virtio block device hangs on.
  scratch_sources: { blk: "^[0-9a-f]{2}(/[0-9a-f]{2})?$", scsi: "^[0-9]+:[0-9]+$" },
  sysctls: { "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647" },
};

function checkArgs({ image, user, environment, scratchMounts, passthroughDevices }: AgentPolicyArgs): void {
  if (!/^sha256:[0-9a-f]{64}$/.test(image.digest))
    throw new Error(
      `agent policy: "${image.digest}" is no digest; a tag could be moved, so write sha256:<64 hex digits>`,
    );
  if (![user.uid, user.gid].every((id) => Number.isSafeInteger(id) && id >= 1))
    throw new Error("agent policy: the container would run as root; write a user and group id of at least 1");
  for (const variable of environment ?? []) {
    if (!/^[A-Za-z_][\w.-]*=/.test(variable))
      throw new Error(`agent policy: "${variable.split("=")[0]}" is no variable; write NAME=value`);
  }
  for (const path of scratchMounts ?? []) {
    if (
      !/^(\/[\w.-]+)+$/.test(path) ||
      path.split("/").some((part) => part === "." || part === "..") ||
      /^\/(proc|sys|dev|etc|usr|lib\w*|bin|sbin)(\/|$)/.test(path)
    )
      throw new Error(
        `agent policy: scratch at "${path}" would cover system files; write a path such as /tmp or /cache`,
      );
  }
  if (!Number.isInteger(passthroughDevices) || passthroughDevices < 0)
    throw new Error(`agent policy: ${passthroughDevices} is no number of devices; write GPUs plus NVSwitches`);
}
