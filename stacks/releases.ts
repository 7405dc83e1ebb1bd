import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PinSource } from "../components/catalogLock";
import { PinError, resolveImage } from "../components/catalogLock";
import type { GuestImage } from "../components/guest/measurement/guestImage";
import { parseGuestImage } from "../components/guest/measurement/guestImage";
import { simulatedGuestImage } from "../components/guest/measurement/simulatedGuestImage";
import type { ModelArtifact } from "../components/images/modelArtifact";
import { modelArtifactSchema } from "../components/images/modelArtifact";
import { computeRelease } from "../components/workload/computeRelease";
import type { ModelDeclaration } from "../components/workload/modelDeclaration";
import type { Release } from "../components/workload/release";
import { ReleaseRefusal } from "../components/workload/releaseRefusal";
import { ConfigurationError, location } from "./config/errors";
import type { TrustConfig } from "./config/factory";
import type { Model } from "./config/models";
import { pinSource } from "./pins";
import { packageRoot } from "./project";

/** The parts of a model owner's configuration that releases follow from. */
export type ReleaseConfig = Pick<
  TrustConfig,
  "factory" | "models" | "parties" | "platform" | "attestation" | "guestImage" | "simulated"
>;

/** What is decided when a release is created, and from then on stands in its signed text. */
export interface Issue {
  readonly history: Release["history"];
  readonly validity: Release["validity"];
}

/** The release of one model, computed; throws a ConfigurationError that says why there is none. */
export function computedRelease(
  config: ReleaseConfig,
  modelName: string,
  issue: Issue,
  pins: PinSource | undefined = undefined,
  directory = packageRoot,
): Release {
  const index = config.models.findIndex(({ name }) => name === modelName);
  const model = config.models[index];
  if (!model)
    throw new ConfigurationError([
      `${location(["models"])}: has no model ${modelName}; write one of ${config.models.map(({ name }) => name).join(", ")}`,
    ]);
  const { attestation } = config;
  // The schema asks for it where there are models.
  if (!attestation.gpuFirmware)
    throw new ConfigurationError([
      `${location(["attestation", "gpuFirmware"])}: missing; add the accepted GPU driver and VBIOS versions`,
    ]);
  try {
    return computeRelease({
      model: declarationOf(model, index, directory),
      factory: config.factory,
      owner: config.parties.modelOwner,
      ...issue,
      platformSet: config.platform.set,
      keyBroker: attestation.keyBroker,
      tcb: { snp: attestation.snpTcb, tdx: attestation.tdxTcb },
      gpuClaims: attestation.gpuFirmware,
      guestImage: guestImageOf(config, directory),
      image: resolveImage(model.image, pins ?? pinSource(config.simulated, directory)),
      simulated: config.simulated,
    });
  } catch (error) {
    if (!(error instanceof ReleaseRefusal || error instanceof PinError)) throw error;
    throw new ConfigurationError([`${location(["models", index])} (${model.name}): ${error.message}`]);
  }
}

/** What boots: the described guest image; in a rehearsal without one, a made-up one. */
function guestImageOf(config: ReleaseConfig, directory: string): GuestImage | undefined {
  if (config.guestImage !== undefined)
    return readFileAt(
      directory,
      ["guestImage"],
      config.guestImage,
      "a description by `guest describe`",
      parseGuestImage,
    );
  return config.simulated ? simulatedGuestImage(config.platform.versions.kata) : undefined;
}

function declarationOf(model: Model, index: number, directory: string): ModelDeclaration {
  const { artifact, agentPolicy, servingKey, ...declared } = model;
  const at = (...field: string[]) => ["models", index, ...field];
  return {
    ...declared,
    ...(artifact !== undefined && {
      artifact: readFileAt(directory, at("artifact"), artifact, "a description by `model seal`", parseArtifact),
    }),
    ...(agentPolicy !== undefined && {
      agentPolicy: readFileAt(directory, at("agentPolicy"), agentPolicy, "Rego", (text) => text),
    }),
    ...(servingKey !== undefined && {
      servingKey: {
        publicKey: readFileAt(
          directory,
          at("servingKey", "publicKey"),
          servingKey.publicKey,
          "a PEM public key",
          (text) => text,
        ),
        resource: servingKey.resource,
      },
    }),
  };
}

function parseArtifact(text: string): ModelArtifact {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("not JSON");
  }
  const result = modelArtifactSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join(".") || "the file"}: ${issue?.message}`);
}

/** Paths in a configuration are the project's. What the file says wrongly is passed on; nothing here is secret. */
function readFileAt<T>(
  directory: string,
  path: readonly (string | number)[],
  file: string,
  what: string,
  read: (text: string) => T,
): T {
  const refuse = (problem: string) => new ConfigurationError([`${location(path)}: ${problem}`]);
  const absolute = resolve(directory, file);
  if (!existsSync(absolute)) throw refuse(`there is no file ${file}; write the path of ${what}`);
  try {
    return read(readFileSync(absolute, "utf8"));
  } catch (error) {
    throw refuse(`${file} is not ${what} (${(error as Error).message}); make it anew`);
  }
}
