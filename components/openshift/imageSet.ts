import * as semver from "semver";
import { stringify } from "yaml";
import type { ChosenOperator } from "./operators";
import { operatorFacts } from "./operators";

/** Images of the catalogues that OpenShift brings, by the name of their CatalogSource. */
const catalogImages: Readonly<Record<string, string>> = {
  "redhat-operators": "registry.redhat.io/redhat/redhat-operator-index",
  "certified-operators": "registry.redhat.io/redhat/certified-operator-index",
};

export interface ImageSetArgs {
  /** Version of OpenShift, e.g. 4.21.24: decides the catalogues' tag. */
  readonly openshiftVersion: string;
  readonly operators: readonly ChosenOperator[];
}

/**
 * What oc-mirror v2 copies into a disconnected registry: the operators in exactly the versions that Subscriptions name, from
 * the catalogues of this OpenShift. A mirror's own catalogue name does not matter here: it says where the operator comes
 * from afterwards, and the copy is made from where it was published.
 *
 * oc-mirror may refuse a range that cuts a channel's graph in two ("multiple channel heads"); then maxVersion has to go
 * up to the channel's head, and Subscriptions still install what they name.
 *
 * Sources: openshift/oc-mirror v2/internal/pkg/api/v2alpha1/type_config.go; docs.redhat.com, "ImageSet configuration
 * parameters for oc-mirror plugin v2".
 */
export function imageSetConfiguration({ openshiftVersion, operators }: ImageSetArgs): string {
  const version = semver.parse(openshiftVersion);
  if (!version) throw new Error(`"${openshiftVersion}" is no version; write one such as 4.21.24`);
  const tag = `v${version.major}.${version.minor}`;
  const byCatalog = new Map<string, ChosenOperator[]>();
  for (const operator of operators) {
    const catalog = publishedIn(operator);
    byCatalog.set(catalog, [...(byCatalog.get(catalog) ?? []), operator]);
  }
  return stringify(
    {
      apiVersion: "mirror.openshift.io/v2alpha1",
      kind: "ImageSetConfiguration",
      mirror: {
        operators: [...byCatalog]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([catalog, packages]) => ({ catalog: `${catalog}:${tag}`, packages: packages.map(packageOf) })),
      },
    },
    { lineWidth: 0 },
  );
}

function packageOf({ package: name, channel, csv }: ChosenOperator) {
  const pinned = csv.replace(/^.*?\.v?(?=\d)/, "");
  return { name, channels: [{ name: channel, minVersion: pinned, maxVersion: pinned }] };
}

/** The published catalogue's image: of a catalogue that OpenShift brings, or of the package's own. */
function publishedIn({ package: name, catalog }: ChosenOperator): string {
  const published = Object.values(operatorFacts).find((fact) => fact.package === name)?.catalog ?? catalog;
  const image = catalogImages[published];
  if (image === undefined)
    throw new Error(
      `${name} is from the catalogue ${catalog}, and where that was copied from is not known; mirror it by itself`,
    );
  return image;
}
