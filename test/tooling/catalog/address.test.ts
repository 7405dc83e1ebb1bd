import { describe, expect, it } from "vitest";
import { apiRoot, isLoopback, ociAddress, parseChallenge, tokenUrl } from "../../../tooling/catalog/address";

describe("a repository's address", () => {
  it.each([
    ["quay.io/kata-containers/kata-deploy", "quay.io", "kata-containers/kata-deploy"],
    ["oci://registry.k8s.io/nfd/charts/nfd", "registry.k8s.io", "nfd/charts/nfd"],
    ["localhost:5000/a", "localhost:5000", "a"],
    ["localhost/a", "localhost", "a"],
    ["nginx", "registry-1.docker.io", "library/nginx"],
    ["docker.io/nginx", "registry-1.docker.io", "library/nginx"],
    ["bitnami/nginx", "registry-1.docker.io", "bitnami/nginx"],
  ])("%s lies at %s under %s", (address, host, repository) => {
    expect(ociAddress(address)).toEqual({ host, repository });
  });

  it("is asked by HTTPS, save on this machine", () => {
    expect(apiRoot("quay.io")).toBe("https://quay.io/v2");
    expect(apiRoot("127.0.0.1:5000")).toBe("http://127.0.0.1:5000/v2");
    for (const host of ["127.example.com", "localhost.example.com", "10.0.0.1:5000", "1127.0.0.1", "127.0.0.1.nip.io"])
      expect(isLoopback(host), host).toBe(false);
  });
});

describe("a registry's challenge", () => {
  it("says where to get a token for what", () => {
    const question = parseChallenge(
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    );
    expect(question).toEqual({
      realm: "https://auth.example/token",
      service: "registry.example",
      scope: "repository:a/b:pull,push",
    });
    expect(tokenUrl(question!).href).toBe(
      "https://auth.example/token?service=registry.example&scope=repository%3Aa%2Fb%3Apull%2Cpush",
    );
  });

  it("may be written loosely", () => {
    expect(parseChallenge("bearer  Realm=https://auth.example/token , service=x")).toEqual({
      realm: "https://auth.example/token",
      service: "x",
    });
    expect(tokenUrl({ realm: "https://auth.example/token?account=none" }).href).toBe(
      "https://auth.example/token?account=none",
    );
  });

  it.each(['Basic realm="registry"', "Bearer", 'Bearer service="x"', ""])("may ask for no token: %s", (header) => {
    expect(parseChallenge(header)).toBeUndefined();
  });
});
