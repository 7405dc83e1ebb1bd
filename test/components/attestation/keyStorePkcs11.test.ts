import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { trusteeConfiguration } from "../../../components/attestation/kbsConfiguration";
import { wantedCredentials } from "../../../components/attestation/keyStore";
import { unreachableKeys } from "../../../components/attestation/keyStorePkcs11";
import { keyStoreProblems } from "../../../components/attestation/keyStoreProblems";
import { trusteeNetwork } from "../../../components/attestation/trusteeNetwork";
import { keyBrokerEnvironment } from "../../../components/attestation/trusteeOutside";
import { keyStoreSchema } from "../../../stacks/config/keyStores";
import { dsm } from "./configuration/keyStores";

const args = {
  trusteeVersion: "v0.21.0",
  namespace: "trustee",
  nvidiaVerifier: "remote",
  tees: ["snp"],
  keyStore: dsm,
} as const;

describe("an HSM behind PKCS#11", () => {
  it("is the one plugin of the key broker, with padding said and no wrapping key", () => {
    expect(parse(trusteeConfiguration(args, { pin: 'a "PIN"' }).kbs).plugins).toEqual([
      {
        name: "pkcs11",
        module: "/opt/hsm/pkcs11.so",
        slot_index: 0,
        pin: 'a "PIN"',
        rsa_mechanism: "RsaPkcsOaep",
      },
    ]);
  });

  it("keeps its PIN out of what is shown, and is refused without one", () => {
    expect(wantedCredentials(dsm)).toEqual(["pin"]);
    expect(trusteeConfiguration(args).kbs).toContain("(in a Secret)");
    expect(() => trusteeConfiguration(args, {})).toThrow(/secrets\.keyStore\.pin is missing/);
  });

  it("is reached at its own place and port alone", () => {
    const { kbs } = trusteeNetwork({ clientCidrs: ["198.51.100.0/24"], keyStore: { ...dsm, port: 1792 } });
    const rules = kbs?.egress as readonly unknown[];
    expect(rules.at(-1)).toEqual({
      to: [{ ipBlock: { cidr: "203.0.113.0/24" } }],
      ports: [{ port: 1792, protocol: "TCP" }],
    });
  });

  it("has its module told where to go by variables, the secret ones from Secrets", () => {
    expect(keyBrokerEnvironment(dsm, { kind: "memory" })).toEqual([
      { name: "FORTANIX_API_ENDPOINT", value: "https://dsm.acme.example" },
      { name: "FORTANIX_API_KEY", valueFrom: { secretKeyRef: { name: "dsm-reader", key: "api-key" } } },
    ]);
  });

  it("that somebody else runs takes his word, which has to be accepted by name", () => {
    expect(keyStoreProblems(dsm, "owner", [])).toEqual([]);
    expect(keyStoreProblems({ ...dsm, operatedBy: "vendor" }, "owner", []).join()).toMatch(/keyAuthority: cloud/);
    expect(keyStoreProblems({ ...dsm, operatedBy: "vendor" }, "cloud", [])).toEqual([]);
  });
});

describe("a release whose keys are in an HSM", () => {
  const sealed = {
    digest: `sha256:${"1".repeat(64)}`,
    sizeBytes: 1,
    sealedDigest: `sha256:${"2".repeat(64)}`,
    sealedSizeBytes: 1,
    guestPath: "/models/llama",
  };
  const volume = {
    kind: "luks2",
    ...sealed,
    key: "kbs+pkcs11:///resource/acme/model-key/llama",
    devicePath: "/dev/model",
    filesystem: "ext4",
  } as const;
  const object = {
    kind: "encryptedObject",
    ...sealed,
    url: "https://models.acme.example/llama",
    content: "tar",
  } as const;

  it("is sealed for the plugin that answers", () => {
    expect(unreachableKeys(dsm, [{ name: "llama", artifact: volume }])).toEqual([]);
    expect(unreachableKeys({ kind: "vault" }, [{ name: "llama", artifact: volume }]).join()).toMatch(
      /seal it for kbs:\/\/\/<repository>/,
    );
    const elsewhere = { ...volume, key: "kbs:///acme/model-key/llama" };
    expect(unreachableKeys(dsm, [{ name: "llama", artifact: elsewhere }]).join()).toMatch(
      /seal it for kbs\+pkcs11:\/\/\/resource\/<repository>/,
    );
    expect(unreachableKeys({ kind: "kvstorage" }, [{ name: "llama", artifact: elsewhere }])).toEqual([]);
  });

  it("asks for nothing by the REST API, which knows kbs:/// alone", () => {
    const artifact = { ...object, key: volume.key };
    expect(unreachableKeys(dsm, [{ name: "llama", artifact }]).join()).toMatch(/no container gets the key/);
    const servingKey = { resource: "acme/serving/llama", spkiSha256: "0".repeat(64) } as never;
    expect(unreachableKeys(dsm, [{ name: "llama", servingKey }]).join()).toMatch(/leave servingKey out/);
    expect(unreachableKeys({ kind: "kvstorage" }, [{ name: "llama", servingKey }])).toEqual([]);
  });
});

describe("the setting keyStore.kind pkcs11", () => {
  const { slotIndex, port, ...given } = dsm;
  void slotIndex;
  void port;

  it("takes the module's path, and a digest of the image", () => {
    expect(keyStoreSchema.parse(given)).toEqual(dsm);
    const { module, ...without } = given;
    void module;
    expect(keyStoreSchema.safeParse(without).success).toBe(false);
    expect(keyStoreSchema.safeParse({ ...given, image: "registry.acme.example/kbs:hsm" }).success).toBe(false);
    expect(keyStoreSchema.safeParse({ ...given, module: "libhsm.so" }).success).toBe(false);
    expect(keyStoreSchema.safeParse({ ...given, pin: "1234" }).success).toBe(false);
  });

  it.each(["FORTANIX_API_KEY", "HSM_PIN", "DSM_TOKEN", "LD_PRELOAD", "RUST_LOG", "POSTGRES_URL"])(
    "takes no %s in plain text",
    (name) => {
      expect(keyStoreSchema.safeParse({ ...given, environment: { [name]: "x" } }).success).toBe(false);
    },
  );
});
