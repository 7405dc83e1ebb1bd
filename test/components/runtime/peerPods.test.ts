import { describe, expect, it } from "vitest";
import { gcpFamilies, gpuSizes } from "../../../components/host/offerings";
import { peerPodProblems, peerPodWarnings } from "../../../components/runtime/peerPodProblems";
import type { PeerPodCloud, PeerPodsSettings } from "../../../components/runtime/peerPodsValues";
import { peerPodsOnAzure, peerPodsOnGcp, peerPodsValuesOf } from "../../support/chartValues";

const azure = (change: Partial<Extract<PeerPodCloud, { kind: "azure" }>>): PeerPodsSettings => ({
  ...peerPodsOnAzure,
  cloud: { ...peerPodsOnAzure.cloud, ...change } as PeerPodCloud,
});
const gcp = (change: Partial<Extract<PeerPodCloud, { kind: "gcp" }>>): PeerPodsSettings => ({
  ...peerPodsOnGcp,
  cloud: { ...peerPodsOnGcp.cloud, ...change } as PeerPodCloud,
});

describe("peer pods' values", () => {
  it.each([
    ["Azure", peerPodsOnAzure],
    ["Google Cloud", peerPodsOnGcp],
  ])("on %s make confidential machines, and hold no credentials", (_, settings) => {
    const values = peerPodsValuesOf(settings);
    const { kind } = settings.cloud;
    expect(values).toMatchObject({
      provider: kind,
      secrets: { mode: "reference", existingSecretName: "" },
      providerConfigs: { [kind]: { DISABLECVM: "false", TLS_SKIP_VERIFY: "false", USE_PUBLIC_IP: "false" } },
      "kata-deploy": { shims: { disableAll: true, remote: { enabled: true } } },
    });
    expect(values).not.toHaveProperty("providerSecrets");
    // Variables of a program: numbers and booleans would be written some other way.
    const config = (values.providerConfigs as Record<string, Record<string, unknown>>)[kind] ?? {};
    for (const [name, value] of Object.entries(config)) expect(typeof value, name).toBe("string");
    expect(config).not.toHaveProperty("INITDATA");
    // The chart's own key of that name is read by none of its templates.
    expect(values).not.toHaveProperty("limit");
    expect(config.PEERPODS_LIMIT_PER_NODE).toBe("2");
  });

  it("name every image by digest", () => {
    const text = JSON.stringify(peerPodsValuesOf(peerPodsOnAzure));
    const images = [...text.matchAll(/"(?:tag|reference)":"([^"]+)"|"authProxy":\{[^}]*"image":"([^"]+)"/g)];
    expect(images).toHaveLength(6);
    for (const [, tag, image] of images) expect(tag ?? image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it("take rights from the cloud's own identity, or from a Secret by the one name that the controller reads", () => {
    expect(peerPodsValuesOf(peerPodsOnAzure)).toMatchObject({
      daemonset: {
        podLabels: { "azure.workload.identity/use": "true" },
        serviceAccount: {
          annotations: { "azure.workload.identity/client-id": "00000000-0000-4000-8000-000000000009" },
        },
      },
      resourceCtrl: { podLabels: { "azure.workload.identity/use": "true" } },
    });
    expect(peerPodsValuesOf(peerPodsOnGcp)).toMatchObject({
      daemonset: {
        serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": expect.stringContaining("@") } },
      },
    });
    const bySecret = peerPodsValuesOf({ ...peerPodsOnAzure, credentials: { kind: "secret" } });
    expect(bySecret).toMatchObject({
      secrets: { mode: "reference", existingSecretName: "peer-pods-secret" },
      daemonset: {},
    });
  });

  it("leave a pod no other size than the one that is configured", () => {
    const { azure: ours } = peerPodsValuesOf(peerPodsOnAzure).providerConfigs as Record<string, Record<string, string>>;
    expect(ours?.AZURE_INSTANCE_SIZES).toBe(ours?.AZURE_INSTANCE_SIZE);
  });
});

const galleryImage = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/pod";

describe("what peer pods cannot be", () => {
  it("is nothing for what the clouds offer", () => {
    for (const settings of [peerPodsOnAzure, peerPodsOnGcp, gcp({ machineType: "c3-standard-4", tee: "TDX" })])
      expect(peerPodProblems(settings)).toEqual([]);
  });

  it("is, on Google Cloud, anything with a GPU: the adaptor cannot ask for the only capacity that there is", () => {
    const sizes = gpuSizes.filter(({ cloud }) => cloud === "gcp").map(({ size }) => size);
    for (const machineType of [...sizes, "a3-highgpu-8g", "a2-highgpu-1g", "g2-standard-4"])
      expect(peerPodProblems(gcp({ machineType, tee: "TDX" })), machineType).toEqual([
        expect.stringMatching(/^gcp\.machineType: .* has a GPU, .* cannot ask for Spot or Flex-start/),
      ]);
  });

  it("is a machine type without the TEE that is asked for", () => {
    expect(gcpFamilies.tees.e2).toEqual([]);
    for (const [machineType, tee] of [
      ["e2-medium", "SEV_SNP"],
      ["n2d-standard-4", "TDX"],
      ["x9-unknown-4", "TDX"],
    ] as const)
      expect(peerPodProblems(gcp({ machineType, tee }))).toEqual([
        expect.stringContaining(`"${machineType}": is not known to offer ${tee}; write a type of `),
      ]);
  });

  it.each([
    ["an ordinary size", { size: "Standard_D4s_v5" }, /^azure\.size: .* is no confidential size/],
    ["GPUs without a confidential mode", { size: "Standard_NC40ads_H100_v5" }, /has GPUs without a confidential mode/],
    ["an image that moves", { imageId: "/CommunityGalleries/g/Images/i/Versions/latest" }, /^azure\.imageId: .* moves/],
    ["the same with a slash", { imageId: "/CommunityGalleries/g/Images/i/Versions/latest/" }, /^azure\.imageId: /],
    ["an image in a gallery without version", { imageId: galleryImage }, /^azure\.imageId: .* moves/],
  ])("is, on Azure, %s", (_, change, reason) => {
    expect(peerPodProblems(azure(change)).join(" ")).toMatch(reason);
  });

  it("is a machine for each of no pods", () => {
    expect(peerPodProblems({ ...peerPodsOnAzure, limitPerNode: 0 })).toEqual([
      expect.stringMatching(/^limitPerNode: 0: /),
    ]);
  });
});

describe("what is said of peer pods at every preview", () => {
  const said = (settings: PeerPodsSettings) => peerPodWarnings(settings).join("\n");

  it("is that they are experimental, that the image is the user's, and that the adaptor reads Secrets", () => {
    for (const settings of [peerPodsOnAzure, peerPodsOnGcp]) {
      expect(said(settings)).toMatch(/^experimental: /);
      expect(said(settings)).toMatch(/no vendor has validated GPUs/);
      expect(said(settings)).toMatch(/image of the pods' machine is yours/);
      expect(said(settings)).toMatch(/may read every Secret/);
    }
  });

  it("is more where a GPU, or credentials in a Secret, are asked for", () => {
    expect(said(azure({ size: "Standard_NCC40ads_H100_v5" }))).toMatch(/azure\.size: .* nobody has published/);
    expect(said({ ...peerPodsOnAzure, credentials: { kind: "secret" } })).toMatch(/workloadIdentity needs none/);
    expect(peerPodWarnings(peerPodsOnAzure)).toHaveLength(3);
  });
});
