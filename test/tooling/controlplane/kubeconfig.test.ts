import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderKubeconfig } from "../../../tooling/controlplane/kubeconfig";

describe("a kubeconfig", () => {
  const text = renderKubeconfig({
    context: "provider-north",
    server: "https://127.0.0.1:6443",
    caCertificate: "CA",
    certificate: "CERT",
    privateKey: "KEY",
  });

  it("carries the CA, a client certificate and one current context", () => {
    expect(parse(text)).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "provider-north",
          cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": btoa("CA") },
        },
      ],
      users: [
        { name: "provider-north", user: { "client-certificate-data": btoa("CERT"), "client-key-data": btoa("KEY") } },
      ],
      contexts: [{ name: "provider-north", context: { cluster: "provider-north", user: "provider-north" } }],
      "current-context": "provider-north",
    });
  });

  it("never tells a client to skip verification, and holds no token", () => {
    expect(text).not.toMatch(/insecure|token|password/);
  });
});
