import { describe, expect, it } from "vitest";
import type { Material } from "../../../tooling/controlplane/commands";
import { commands } from "../../../tooling/controlplane/commands";
import { newEncryptionKey, renderEncryption, renderScheduler } from "../../../tooling/controlplane/configurations";
import { Layout, ownerOption } from "../../../tooling/controlplane/layout";
import { programs } from "../../../tooling/controlplane/state";

const layout = new Layout("/home/me/clusters/trust");
const issued = (name: string) => ({
  certificate: `cert ${name}`,
  privateKey: `KEY ${name}`,
  certificateFile: `/pki/${name}.crt`,
  keyFile: `/pki/${name}.key`,
});
const material: Material = {
  clusterCa: { ...issued("cluster-ca"), certificateFile: `${layout.clusterPki}/ca.crt` },
  etcdCa: issued("etcd-ca"),
  apiServer: issued("server"),
  etcdMember: issued("member"),
  etcdClient: issued("etcd-client"),
  serviceAccount: { publicFile: "/pki/sa.pub", privateFile: "/pki/sa.key" },
  components: { "kube-controller-manager": issued("kcm"), "kube-scheduler": issued("scheduler"), kwok: issued("kwok") },
};
const ports = { api: 6443, etcdClient: 2379, etcdPeer: 2380 };
const render = (change: Partial<{ material: Material; ports: typeof ports; bin: string }> = {}) =>
  commands(layout, change.material ?? material, change.ports ?? ports, (tool) => `${change.bin ?? "/bin"}/${tool}`);
const args = Object.values(render()).flatMap((command) => command.args);

describe("the command lines", () => {
  it("listen on loopback with TLS only, and open no plain port", () => {
    expect(args.filter((arg) => arg.includes("http://"))).toEqual([]);
    for (const arg of args.filter((each) => /listen|bind-address|servers=/.test(each)))
      expect(arg).toContain("127.0.0.1");
    expect(render()["kube-controller-manager"].args).toContain("--secure-port=0");
    expect(render()["kube-scheduler"].args).toContain("--secure-port=0");
  });

  it("know no anonymous user and no token file, and authorize by role", () => {
    const server = render()["kube-apiserver"].args;
    expect(server).toContain("--anonymous-auth=false");
    expect(server).toContain("--authorization-mode=Node,RBAC");
    expect(server).toContain(`--encryption-provider-config=${layout.encryption}`);
    expect(args.join(" ")).not.toMatch(/token-auth|insecure|AlwaysAllow|disable-admission/);
  });

  it("give etcd an authority of its own: a cluster's user is a stranger to it", () => {
    const etcd = render().etcd.args;
    expect(etcd).toContain("--client-cert-auth");
    expect(etcd).toContain("--trusted-ca-file=/pki/etcd-ca.crt");
    expect(etcd.join(" ")).not.toContain("cluster-ca");
  });

  it("check types of admission policies' expressions only where that is asked for", () => {
    const checker = "-validatingadmissionpolicy-status-controller";
    const controllers = (commandsOf: ReturnType<typeof render>) =>
      commandsOf["kube-controller-manager"].args.find((arg) => arg.startsWith("--controllers="));
    expect(controllers(render())).toContain(checker);
    const asked = commands(layout, material, ports, (tool) => `/bin/${tool}`, { policyTypeChecks: true });
    expect(controllers(asked)).toMatch(/^--controllers=\*,/);
    expect(controllers(asked)).not.toContain(checker);
  });

  it("hold no key, only the paths of keys", () => {
    expect(args.join(" ")).not.toContain("KEY ");
  });

  it.each(programs)("name a file of the cluster, by which a stray %s is recognised", (program) => {
    expect(render()[program].args.some((arg) => arg.startsWith(`${ownerOption[program]}${layout.directory}/`))).toBe(
      true,
    );
  });

  it("have a digest that changes with the program, the ports and the certificates, and with nothing else", () => {
    const digests = (change: Parameters<typeof render>[0]) =>
      Object.fromEntries(programs.map((program) => [program, render(change)[program].digest]));
    expect(digests({})).toEqual(digests({}));
    const differing = (change: Parameters<typeof render>[0]) =>
      programs.filter((program) => digests(change)[program] !== digests({})[program]);
    expect(differing({ bin: "/other" })).toEqual(programs);
    expect(differing({ ports: { ...ports, api: 1 } })).toEqual(programs.filter((program) => program !== "etcd"));
    expect(
      differing({ material: { ...material, apiServer: { ...material.apiServer, certificate: "renewed" } } }),
    ).toEqual(["kube-apiserver"]);
  });
});

describe("the configuration files", () => {
  it("encrypt Secrets with a key of the cluster's own and never fall back to plain text", () => {
    const text = renderEncryption(newEncryptionKey());
    const { resources } = JSON.parse(text) as {
      resources: { resources: string[]; providers: Record<string, { keys: { secret: string }[] }>[] }[];
    };
    expect(resources[0]?.resources).toEqual(["secrets"]);
    expect(resources[0]?.providers.map((provider) => Object.keys(provider))).toEqual([["secretbox"]]);
    expect(Buffer.from(resources[0]?.providers[0]?.secretbox?.keys[0]?.secret ?? "", "base64")).toHaveLength(32);
    expect(renderEncryption(newEncryptionKey())).not.toBe(text);
  });

  it("let the scheduler run alone, with its own credentials", () => {
    expect(JSON.parse(renderScheduler(layout))).toMatchObject({
      clientConnection: { kubeconfig: layout.componentKubeconfig("kube-scheduler") },
      leaderElection: { leaderElect: false },
    });
  });
});
