import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubeApi } from "../../../tooling/controlplane/api";
import { Authority, readIssuedPair, serviceAccountKeys } from "../../../tooling/controlplane/pki";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-pki-"));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const server = { commonName: "kube-apiserver", dnsNames: ["localhost"], addresses: ["127.0.0.1", "10.96.0.1"] };

describe("an authority", () => {
  it("issues certificates that its own certificate verifies and another authority's does not", async () => {
    const ours = await Authority.open(join(directory, "a"), "A");
    const theirs = await Authority.open(join(directory, "b"), "A");
    const leaf = new X509Certificate((await ours.issueServer("server", server)).certificate);
    expect(leaf.verify(new X509Certificate(ours.certificate).publicKey)).toBe(true);
    expect(leaf.verify(new X509Certificate(theirs.certificate).publicKey)).toBe(false);
    expect(leaf.checkIP("10.96.0.1")).toBe("10.96.0.1");
    expect(leaf.checkHost("localhost")).toBe("localhost");
    expect(leaf.ca).toBe(false);
  });

  it("puts the user into CN and each group into an O, commas included", async () => {
    const authority = await Authority.open(directory, "A");
    const { certificate } = await authority.issueClient("user", {
      commonName: "system:x, O=system:masters",
      organizations: ["one", "two"],
    });
    const subject = new X509Certificate(certificate).toLegacyObject().subject as unknown as { CN: string; O: string[] };
    expect(subject).toMatchObject({ CN: "system:x, O=system:masters", O: ["one", "two"] });
  });

  it("keeps every private key in a file that only its owner reads, in a directory that only its owner enters", async () => {
    const authority = await Authority.open(join(directory, "pki"), "A");
    const issued = await authority.issueClient(join("users", "x"), { commonName: "x" });
    const accounts = await serviceAccountKeys(join(directory, "pki", "sa"));
    for (const file of [authority.issued.keyFile, issued.keyFile, accounts.privateFile])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const folder of ["pki", "pki/users", "pki/sa"])
      expect(statSync(join(directory, folder)).mode & 0o777).toBe(0o700);
  });

  it("keeps what it issued: credentials that were handed out stay valid over a restart", async () => {
    const first = await (await Authority.open(directory, "A")).issueServer("server", server);
    const again = await (await Authority.open(directory, "A")).issueServer("server", server);
    expect(again.certificate).toBe(first.certificate);
    expect(await serviceAccountKeys(directory)).toEqual(await serviceAccountKeys(directory));
  });

  it("issues anew when names change, the end is near, or the key does not fit", async () => {
    const authority = await Authority.open(directory, "A");
    const first = await authority.issueServer("server", server);
    const renamed = await authority.issueServer("server", { ...server, addresses: ["127.0.0.1"] });
    expect(renamed.certificate).not.toBe(first.certificate);

    const client = await authority.issueClient("user", { commonName: "user" });
    const regrouped = await authority.issueClient("user", { commonName: "user", organizations: ["group"] });
    expect(regrouped.certificate).not.toBe(client.certificate);

    writeFileSync(regrouped.keyFile, renamed.privateKey);
    expect(readIssuedPair(directory, "user")).toBeUndefined();
    expect(
      (await authority.issueClient("user", { commonName: "user", organizations: ["group"] })).certificate,
    ).not.toBe(regrouped.certificate);

    vi.useFakeTimers({ now: Date.now() + 340 * 86_400_000, toFake: ["Date"] });
    expect((await authority.issueServer("server", { ...server, addresses: ["127.0.0.1"] })).certificate).not.toBe(
      renamed.certificate,
    );
  });
});

describe("the API client", () => {
  async function withServer<T>(work: (url: string, authority: Authority) => Promise<T>): Promise<T> {
    const authority = await Authority.open(join(directory, "server"), "A");
    const { certificate, privateKey } = await authority.issueServer("server", server);
    const options = {
      cert: certificate,
      key: privateKey,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    };
    const listening = createServer(options, (request, response) => {
      response.end(JSON.stringify({ user: (request.socket as TLSSocket).getPeerCertificate().subject.CN }));
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    try {
      return await work(`https://127.0.0.1:${(listening.address() as AddressInfo).port}`, authority);
    } finally {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    }
  }

  it("shows its certificate to a server that its CA vouches for", async () => {
    await withServer(async (url, authority) => {
      const client = await authority.issueClient("user", { commonName: "somebody" });
      const api = new KubeApi({
        server: url,
        caCertificate: authority.certificate,
        certificate: client.certificate,
        privateKey: client.privateKey,
      });
      expect(await api.get("/")).toEqual({ user: "somebody" });
      api.close();
    });
  });

  it("refuses a server of another CA, even where Node is told not to verify", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    await withServer(async (url) => {
      const other = await Authority.open(join(directory, "other"), "A");
      const api = new KubeApi({ server: url, caCertificate: other.certificate });
      await expect(api.get("/")).rejects.toThrow(/certificate|signature/);
      expect(await api.isReady()).toBe(false);
      api.close();
    });
  });
});
