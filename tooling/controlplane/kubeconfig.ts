import { stringify } from "yaml";

export interface KubeconfigArgs {
  /** Name of the context, of the user and of the cluster in it. */
  readonly context: string;
  readonly server: string;
  /** PEM of the cluster's CA: the server is always verified. */
  readonly caCertificate: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Self-contained credentials of one user for one cluster; holds a private key. */
export function renderKubeconfig(args: KubeconfigArgs): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: args.context,
          cluster: { server: args.server, "certificate-authority-data": base64(args.caCertificate) },
        },
      ],
      users: [
        {
          name: args.context,
          user: { "client-certificate-data": base64(args.certificate), "client-key-data": base64(args.privateKey) },
        },
      ],
      contexts: [{ name: args.context, context: { cluster: args.context, user: args.context } }],
      "current-context": args.context,
    },
    { lineWidth: 0 },
  );
}
