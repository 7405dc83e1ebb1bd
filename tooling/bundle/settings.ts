import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { renderToml } from "../../components/toml";
import { unique } from "../review/text";
import { folders, mirrored } from "./places";
import type { BundleLock } from "./schema";

export interface SitePlaces {
  /** The bundle's folder at the site. */
  readonly from: string;
  /** The site's registry, with a path or none. */
  readonly registry: string;
}

export interface SiteSettings {
  /** What Pulumi.<stack>.yaml says at the site, by section. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Files of machines, by their path. */
  readonly files: Readonly<Record<string, string>>;
  /** Variables of whoever runs commands there. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the model owner's `models[].image` has to say at the site, by what it says elsewhere. */
  readonly guestImages?: Readonly<Record<string, string>>;
}

/** Everything that a site says otherwise than one with a network, computed from what its lock names. */
export function siteSettings(lock: BundleLock, { from, registry }: SitePlaces): SiteSettings {
  const cluster = lock.images.filter(({ pulledBy }) => pulledBy === "cluster");
  const guests = lock.images.filter(({ pulledBy }) => pulledBy === "guest");
  const hosts = unique(lock.images.map(({ repository }) => hostOf(repository)));
  const openshift = lock.unresolved.some(({ name }) => name.startsWith("operator/"));
  return {
    settings: {
      ...(lock.charts.length > 0 && {
        "trustfoundry:platform.charts": { kind: "directory", path: `${from}/${folders.charts}` },
      }),
      ...(openshift &&
        cluster.length > 0 && {
          "openshift.mirrors, of the provider": unique(cluster.map(({ repository }) => hostOf(repository))).map(
            (host) => ({
              source: host,
              mirrors: [mirroredHost(host, registry)],
            }),
          ),
        }),
      ...(guests.length > 0 && {
        "acceptance.registries, of each provider": unique(
          guests.map(({ repository }) => mirroredHost(hostOf(repository), registry)),
        ),
      }),
    },
    files: {
      ...Object.fromEntries(
        hosts.map((host) => [`/etc/containerd/certs.d/${host}/hosts.toml`, containerdHosts(host, registry)]),
      ),
      ...(hosts.length > 0 && {
        "/etc/containers/registries.conf.d/trustfoundry.conf": registriesConf(hosts, registry),
      }),
    },
    environment: {
      npm_config_offline: "true",
      ...(lock.go.length > 0 && {
        // Sums are compared with go.sum as ever; nobody has to be asked for what stands there.
        GOPROXY: proxyOf(`${from}/${folders.go}`),
        GOFLAGS: "-mod=readonly",
        GOTOOLCHAIN: "local",
        TRUSTFOUNDRY_TOOLCHAIN: "build",
      }),
    },
    ...(guests.length > 0 && {
      guestImages: Object.fromEntries(
        guests.map(({ repository, digest }) => [
          `${repository}@${digest}`,
          `${mirrored(repository, registry)}@${digest}`,
        ]),
      ),
    }),
  };
}

/** Go takes a comma and a bar for the end of one proxy and the begin of another (go.dev/ref/mod, "GOPROXY"). */
const proxyOf = (folder: string) => pathToFileURL(folder).href.replaceAll(",", "%2C").replaceAll("|", "%7C");

const hostOf = (repository: string) => repository.slice(0, repository.indexOf("/"));
const mirroredHost = (host: string, registry: string) => mirrored(`${host}/x`, registry).slice(0, -"/x".length);

/**
 * The mirror as the `server` and no `host`: containerd then asks nobody else. Below a path of the mirror's, so that the
 * root of its API is said in full (hosts.md of containerd, `server`, `override_path`).
 */
function containerdHosts(host: string, registry: string): string {
  const [mirror = "", ...path] = mirroredHost(host, registry).split("/");
  return renderToml({
    server: `https://${[mirror, "v2", ...path].join("/")}`,
    override_path: true,
    capabilities: ["pull", "resolve"],
  });
}

/**
 * For CRI-O, podman and skopeo: `location` takes the place of the prefix, where `mirror` would fall back to it
 * (containers-registries.conf(5), "Remapping and mirroring registries").
 */
const registriesConf = (hosts: readonly string[], registry: string) =>
  renderToml({ registry: remapped(hosts, registry) });

const remapped = (hosts: readonly string[], registry: string) =>
  hosts.map((host) => ({ prefix: host, location: mirroredHost(host, registry) }));

/**
 * For people: what goes where. Guests read no file of the host, and a remapping in their init-data would not do: image-rs holds
 * the name that it remapped to against the image security policy, so that the name itself has to be the mirror's
 * (guest-components v0.21.0, image-rs/src/image.rs, pull_image and check_image_signature).
 */
export function settingsText({ settings, files, environment, guestImages }: SiteSettings): string {
  const block = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => (line === "" ? "" : `    ${line}`));
  return [
    "Settings (Pulumi.<stack>.yaml):",
    ...block(Object.keys(settings).length > 0 ? stringify(settings, { lineWidth: 0 }) : "none"),
    "",
    ...Object.entries(files).flatMap(([path, text]) => [`File ${path}:`, ...block(text), ""]),
    "Variables:",
    ...block(
      Object.entries(environment)
        .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
        .join("\n"),
    ),
    ...(guestImages === undefined
      ? []
      : [
          "",
          "models[].image of the model owner's stack, which guests pull by themselves; one with a signatureKey has to be signed under that name:",
          ...block(stringify(guestImages, { lineWidth: 0 })),
        ]),
  ].join("\n");
}
