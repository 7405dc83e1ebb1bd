import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { parse } from "yaml";
import { contexts } from "../../stacks/rehearsal";
import { Layout } from "../controlplane/layout";
import { readIssuedPair } from "../controlplane/pki";
import type { Disturbed } from "./disturb";
import { run } from "./round";
import type { World } from "./world";
import { revokeToken, writeKubeconfig } from "./world";

const refused = /credentials/;

/** Credentials that the real API server refuses. */
export function credentialFaults(): Disturbed[] {
  return [
    {
      name: "the client certificate has expired",
      group: "credentials",
      message: refused,
      live: async (world, task) => {
        const kept = `${world.kubeconfig}.kept`;
        copyFileSync(world.kubeconfig, kept);
        await writeExpired(world);
        try {
          return await run(world, task);
        } finally {
          copyFileSync(kept, world.kubeconfig);
        }
      },
    },
    {
      name: "the account of the stack's token was deleted",
      group: "credentials",
      message: refused,
      live: async (world, task) => {
        try {
          await revokeToken(world);
          return await run(world, task);
        } finally {
          await world.writeKubeconfig();
        }
      },
    },
  ];
}

/** Credentials of the administrator whose certificate ended an hour ago, by the cluster's own CA. */
async function writeExpired(world: World): Promise<void> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const authority = readIssuedPair(new Layout(join(world.paths.controlPlanes, "faults")).clusterPki, "ca");
  if (!authority) throw new Error("the cluster has no CA");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const der = Buffer.from(authority.privateKey.replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const hour = 3_600_000;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=admin, O=system:masters",
    issuer: new x509.X509Certificate(authority.certificate).subject,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
    signingAlgorithm: algorithm,
    serialNumber: randomBytes(16).toString("hex"),
    notBefore: new Date(Date.now() - 48 * hour),
    notAfter: new Date(Date.now() - hour),
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const own = parse(readFileSync(world.adminKubeconfig, "utf8")) as {
    clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  };
  const [cluster] = own.clusters;
  if (!cluster) throw new Error("the administrator's kubeconfig names no cluster");
  // Past the proxy, which would end the TLS connection that the certificate is for.
  writeKubeconfig(
    world.kubeconfig,
    [contexts.trust, contexts.provider(world.provider), contexts.deployer(world.provider)],
    {
      server: cluster.cluster.server,
      ca: Buffer.from(cluster.cluster["certificate-authority-data"], "base64").toString(),
      user: {
        "client-certificate-data": base64(certificate.toString("pem")),
        "client-key-data": base64(`-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`),
      },
    },
  );
}
