/** What the agent's policy is asked about, with the names that its protocol has (kata-containers, agent.proto, oci.proto). */
export interface CreateContainerRequest {
  container_id: string;
  exec_id: string;
  string_user: { uid: string; gid: string; additionalGids: string[] } | null;
  devices: { id: string; type_: string; vm_path: string; container_path: string; options: string[] }[];
  storages: Storage[];
  OCI: {
    Version: string;
    Process: Process;
    Root: { Path: string; Readonly: boolean };
    Hostname: string;
    Mounts: Mount[];
    Hooks: { Prestart: { Path: string; Args: string[]; Env: string[]; Timeout: number }[] } | null;
    Annotations: Record<string, string>;
    Linux: {
      UIDMappings: { HostID: number; ContainerID: number; Size: number }[];
      GIDMappings: { HostID: number; ContainerID: number; Size: number }[];
      Sysctl: Record<string, string>;
      Resources: Record<string, unknown> & { Devices: Record<string, unknown>[] };
      CgroupsPath: string;
      Namespaces: { Type: string; Path: string }[];
      Devices: Record<string, unknown>[];
      Seccomp: { DefaultAction: string; Syscalls: Record<string, unknown>[] } | null;
      RootfsPropagation: string;
      MaskedPaths: string[];
      ReadonlyPaths: string[];
      MountLabel: string;
      IntelRdt: { L3CacheSchema: string } | null;
    };
    Solaris: null;
    Windows: null;
  };
  sandbox_pidns: boolean;
  shared_mounts: Record<string, string>[];
  stdin_port: number;
  stdout_port: number;
  stderr_port: number;
}

export interface Storage {
  driver: string;
  driver_options: string[];
  source: string;
  fstype: string;
  options: string[];
  mount_point: string;
  fs_group: { group_id: number } | null;
  shared: boolean;
}

export interface Mount {
  destination: string;
  source: string;
  type_: string;
  options: string[];
}

export interface Process {
  Terminal: boolean;
  ConsoleSize: null;
  User: { UID: number; GID: number; AdditionalGids: number[]; Username: string };
  Args: string[];
  Env: string[];
  Cwd: string;
  Capabilities: Record<"Ambient" | "Bounding" | "Effective" | "Inheritable" | "Permitted", string[]>;
  Rlimits: Record<string, unknown>[];
  NoNewPrivileges: boolean;
  ApparmorProfile: string;
  OOMScoreAdj: number;
  SelinuxLabel: string;
}
