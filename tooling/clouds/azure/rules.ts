import { isObject } from "../../../policies/place";
import type { CloudRules, Made } from "../cloud";
import { nameIn, partsOf } from "../cloud";
import { madeUpUuid, suffix } from "../madeUp";
import type { SdkTypes } from "../sdk/types";
import { placesOf } from "../template";
import { azureTypes } from "./types";

/** How Azure names things: ids are paths of Azure Resource Manager. */
export const azureRules: CloudRules = {
  plugin: "azure-native",
  rows: Object.fromEntries(Object.entries(azureTypes).map(([type, row]) => [`azure-native:${type}`, row])),
  functions: {
    "azure-native:authorization:getClientConfig": {
      clientId: "{uuid client}",
      objectId: "{uuid object}",
      subscriptionId: "{subscriptionId}",
      tenantId: "{tenantId}",
    },
  },
  idOf,
  autoName(token, urn, id) {
    const property = placesOf(id).at(-1) ?? "name";
    // Assignments of roles are named by a UUID; anything else as the program names it, with eight digits behind.
    const name = /Role(Assignment|Definition)$/.test(token) ? madeUpUuid(urn) : `${nameIn(urn)}${suffix(urn, 8)}`;
    return { property, name };
  },
  account: ({ subscriptionId, tenantId, region }) => ({
    subscriptionId: subscriptionId ?? "SIMULATED-subscription",
    tenantId: tenantId ?? "SIMULATED-tenant",
    location: region ?? "SIMULATED-region",
  }),
  common({ id, inputs, account, outputs }: Made) {
    const identity = identityOf(inputs.identity, id, account.tenantId);
    return {
      name: id.split("/").at(-1),
      type: armType(id),
      ...(outputs.includes("location") && inputs.location === undefined && { location: account.region }),
      ...(outputs.includes("provisioningState") && { provisioningState: "Succeeded" }),
      ...(identity && { identity }),
    };
  },
  placing: ["location"],
};

/** For types without a row: the provider's namespace and the type's plural, below the parents that are named. */
function idOf(token: string, types: SdkTypes): string {
  const { module, type } = partsOf(token);
  const args = types.resource(token)?.args.properties ?? {};
  const parents = Object.keys(args).filter(
    (name) => args[name]?.optional === false && /Name$/.test(name) && name !== "resourceGroupName",
  );
  const own = `${lowerFirst(type)}Name`;
  const name = own in args ? own : "name";
  const place = parents
    .filter((parent) => parent !== name)
    .map((parent) => `/${plural(parent.replace(/Name$/, ""))}/{${parent}}`)
    .join("");
  const group = "resourceGroupName" in args ? "/resourceGroups/{resourceGroupName}" : "";
  const namespace = `Microsoft.${module.charAt(0).toUpperCase()}${module.slice(1)}`;
  return `/subscriptions/{subscriptionId}${group}/providers/${namespace}${place}/${plural(lowerFirst(type))}/{${name}}`;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const plural = (text: string) => (text.endsWith("y") ? `${text.slice(0, -1)}ies` : `${text}s`);

/** `Microsoft.Compute/virtualMachines` of an id. */
function armType(id: string): string | undefined {
  const [, , below] = /^(.*)\/providers\/([^/]+\/.*)$/.exec(id) ?? [];
  if (below === undefined) return "Microsoft.Resources/resourceGroups";
  const [namespace = "", ...rest] = below.split("/");
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}

/** A system-assigned identity gets a principal; user-assigned ones are given by id and come back with theirs. */
function identityOf(identity: unknown, id: string, tenantId: string | undefined): object | undefined {
  if (!isObject(identity)) return undefined;
  const { type, userAssignedIdentities: assigned } = identity;
  const own = typeof type === "string" && type.includes("SystemAssigned");
  return {
    ...(own && { principalId: madeUpUuid(`${id} identity`), tenantId: tenantId ?? "SIMULATED-tenant" }),
    ...(Array.isArray(assigned) && {
      userAssignedIdentities: Object.fromEntries(
        assigned.map((each) => [
          String(each),
          { principalId: madeUpUuid(`${String(each)} principal`), clientId: madeUpUuid(`${String(each)} client`) },
        ]),
      ),
    }),
  };
}
