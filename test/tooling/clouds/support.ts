import { join } from "node:path";
import { SdkTypes } from "../../../tooling/clouds/sdk/types";
import { root } from "../../support/factory";

const installed = (name: string) => join(root, "node_modules", "@pulumi", name);

export const azureTypes = new SdkTypes({ root: installed("azure-native") });
export const gcpTypes = new SdkTypes({ root: installed("gcp") });

/** Special values as the engine hands them over; @pulumi/pulumi/runtime/rpc has the same signatures. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const signature = "4dabf18193072939515e22adb298388d";
export const secretValue = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
export const outputValue = (value: unknown, secret = false) => ({
  [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  value,
  secret,
});
export const unknownOutput = { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", dependencies: [] };

export const urnOf = (type: string, name: string) => `urn:pulumi:plan::trustfoundry::${type}::${name}`;
