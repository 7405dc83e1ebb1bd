/** What somebody changes in live clusters, with an administrator's credentials and a name of their own. */
export interface Edit {
  readonly what: string;
  readonly as: "trust" | "provider";
  readonly run: (kubectl: Kubectl) => Promise<void>;
  /** `<severity> <kind> <name>` of what has to be told, beginning so. */
  readonly told: string;
}

/** kubectl of one party, with a document on its standard input. */
export interface Kubectl {
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Deletes an object and makes another in its place. */
  readonly replace: (
    kind: string,
    namespace: string,
    prefix: string,
    change: (object: LiveObject) => void,
  ) => Promise<void>;
  readonly create: (object: object) => Promise<void>;
  readonly named: (kind: string, namespace: string, prefix: string) => Promise<string>;
}

export interface LiveObject {
  readonly metadata: { readonly name: string };
  data: Record<string, string>;
}

export const manager = ["--field-manager", "mallory"] as const;
export const patch = (kind: string, name: string, change: object, ...more: readonly string[]) =>
  ["patch", kind, name, ...manager, "--type=merge", "-p", JSON.stringify(change), ...more] as const;
export const trustee = ["-n", "trustee"] as const;
export const firstKey = (object: LiveObject) => Object.keys(object.data)[0] ?? "";

/** A binding is switched off first where its rule would refuse the edit: that is an edit, too. */
export const unbound = (rule: string) =>
  ["delete", "validatingadmissionpolicybinding", `trustfoundry-${rule}`] as const;

export const pod = (name: string, namespace: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "x",
        image: `registry.example/x@sha256:${"0".repeat(64)}`,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  },
});
