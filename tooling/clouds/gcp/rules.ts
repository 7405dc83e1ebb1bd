import type { CloudRules, Made } from "../cloud";
import { nameIn, partsOf } from "../cloud";
import { suffix } from "../madeUp";
import type { SdkTypes } from "../sdk/types";
import { gcpTypes } from "./types";

/** How Google Cloud names things: ids are what the SDK's description of imports says. */
export const gcpRules: CloudRules = {
  plugin: "gcp",
  rows: Object.fromEntries(Object.entries(gcpTypes).map(([type, row]) => [`gcp:${type}`, row])),
  functions: {
    "gcp:organizations/getProject:getProject": {
      id: "projects/{project}",
      name: "{project}",
      number: "{projectNumber}",
      projectId: "{project}",
    },
    "gcp:organizations/getClientConfig:getClientConfig": {
      id: 'projects/"{project}"/regions/"{region}"/zones/""',
      project: "{project}",
      region: "{region}",
      zone: "",
      accessToken: "SIMULATED",
    },
  },
  idOf,
  autoName: (_token, urn) => ({ property: "name", name: `${nameIn(urn).toLowerCase()}-${suffix(urn, 7)}` }),
  account: ({ project, projectNumber, region }) => ({
    project: project ?? "SIMULATED-project",
    projectNumber: projectNumber ?? "SIMULATED-number",
    region: region ?? "SIMULATED-region",
  }),
  common({ token, id, account, outputs }: Made) {
    const has = (name: string) => outputs.includes(name);
    return {
      ...(has("project") && { project: account.project ?? "SIMULATED-project" }),
      ...(has("etag") && { etag: "SIMULATED" }),
      ...(has("selfLink") &&
        partsOf(token).module === "compute" && { selfLink: `https://www.googleapis.com/compute/v1/${id}` }),
    };
  },
  placing: ["project", "location", "region", "zone"],
};

/** Grants have no form for imports: what is granted on, role and member. */
function idOf(token: string, types: SdkTypes): string {
  const resource = types.resource(token);
  const args = resource?.args.properties ?? {};
  if (/I[Aa][Mm](Member|Binding|Policy)$/.test(token)) {
    const target = Object.keys(args).find(
      (name) => args[name]?.optional === false && !["role", "member", "members", "policyData"].includes(name),
    );
    return [target ?? "project", "role", "member"]
      .filter((name) => name in args)
      .map((name) => `{${name}}`)
      .join("/");
  }
  const form = resource?.importIds[0] ?? `projects/{{project}}/${partsOf(token).module}/{{name}}`;
  return form.replace(/\{\{(\w+)\}\}/g, (_, place: string, offset: number) => {
    const name = camel(place);
    const known = name in args ? name : name === "projectId" ? "project" : "name";
    // In the middle, what is given as a whole path or address counts by its last part.
    return offset === 0 ? `{${known}}` : `{${known}:last}`;
  });
}

function camel(text: string): string {
  return text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
