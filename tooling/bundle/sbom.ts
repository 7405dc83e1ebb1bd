import { Enums, Models, Serialize, Spec, SPDX } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import type { BundleLock } from "./schema";
import { nameOf } from "./schema";
import { trustfoundryVersion } from "./version";

const { Component, ExternalReference, Property } = Models;

/**
 * The bill of materials of a lock as CycloneDX 1.6 JSON. The same lock gives the same bytes: its number follows from the
 * lock's digest, and it has a time only where SOURCE_DATE_EPOCH gives one (reproducible-builds.org).
 */
export function billOfMaterials(lock: BundleLock, sourceDateEpoch?: string): string {
  const bom = new Models.Bom({ serialNumber: `urn:uuid:${uuidOf(lock.digest)}` });
  if (sourceDateEpoch !== undefined) bom.metadata.timestamp = new Date(Number(sourceDateEpoch) * 1000);
  const site = new Component(Enums.ComponentType.Application, `${lock.site.factory} (${lock.site.role})`, {
    bomRef: `bundle:${lock.digest}`,
    version: lock.digest,
  });
  bom.metadata.component = site;
  bom.metadata.tools.components.add(
    new Component(Enums.ComponentType.Application, "trustfoundry", { version: trustfoundryVersion() }),
  );
  for (const component of [...charts(lock), ...images(lock), ...files(lock), ...modules(lock), ...programs(lock)]) {
    bom.components.add(component);
    site.dependencies.add(component.bomRef);
  }
  addPackages(lock, bom, site);
  const spec = Spec.Spec1dot6;
  return `${new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec)).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Version 8 of RFC 9562: made of what its maker likes, here the lock's digest. */
function uuidOf(digest: string): string {
  const hex = digest.slice("sha256:".length);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

const purl = (...args: ConstructorParameters<typeof PackageURL>) => new PackageURL(...args).toString();
const sha256Of = (digest: string | undefined) =>
  new Models.HashDictionary(
    digest === undefined ? [] : [[Enums.HashAlgorithm["SHA-256"], digest.replace(/^sha256:/, "")]],
  );

function licences(text: string | undefined): Models.LicenseRepository {
  const licence =
    text === undefined
      ? []
      : SPDX.isSupportedSpdxId(text)
        ? [new Models.SpdxLicense(text)]
        : /\b(AND|OR|WITH)\b/.test(text)
          ? [new Models.LicenseExpression(text)]
          : [new Models.NamedLicense(text)];
  return new Models.LicenseRepository(licence);
}

const property = (name: string, value: string) => new Property(`trustfoundry:${name}`, value);

function charts(lock: BundleLock): Models.Component[] {
  return lock.charts.map((chart) => {
    const { name, version, repository, manifest, archive, licence, party } = chart;
    const address = repository.replace(/^oci:\/\//, "");
    return new Component(Enums.ComponentType.Application, name, {
      ...{ bomRef: nameOf.charts(chart), version, hashes: sha256Of(archive), licenses: licences(licence) },
      purl:
        manifest !== undefined
          ? purl("oci", undefined, name.toLowerCase(), manifest, { repository_url: address, tag: version }, undefined)
          : purl("generic", undefined, name, version, { download_url: repository }, undefined),
      externalReferences: new Models.ExternalReferenceRepository([
        new ExternalReference(repository, Enums.ExternalReferenceType.Distribution),
      ]),
      properties: new Models.PropertyRepository([property("kind", "helm-chart"), property("party", party)]),
    });
  });
}

function images(lock: BundleLock): Models.Component[] {
  return lock.images.map((image) => {
    const { repository, tag, digest, platform, pulledBy, licence, party } = image;
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    return new Component(Enums.ComponentType.Container, repository, {
      ...{
        bomRef: nameOf.images(image),
        version: tag ?? digest,
        hashes: sha256Of(digest),
        licenses: licences(licence),
      },
      purl: purl(
        ...(["oci", undefined, name, digest] as const),
        { repository_url: repository, arch: platform.split("/")[1] ?? "", ...(tag !== undefined && { tag }) },
        undefined,
      ),
      properties: new Models.PropertyRepository([property("party", party), property("pulledBy", pulledBy)]),
    });
  });
}

function files(lock: BundleLock): Models.Component[] {
  return lock.files.map((file) => {
    const type = file.title.includes("firmware") ? Enums.ComponentType.Firmware : Enums.ComponentType.File;
    return new Component(type, file.title, {
      ...{ bomRef: nameOf.files(file), hashes: sha256Of(file.sha256) },
      properties: new Models.PropertyRepository([property("party", file.party)]),
    });
  });
}

/** Modules have no hash of their archive but Go's own sum, which is none of the algorithms of the standard. */
function modules(lock: BundleLock): Models.Component[] {
  return lock.go
    .filter(({ required }) => required)
    .map((module) => {
      const { module: path, version, zip = "" } = module;
      const [name = path, ...space] = path.split("/").reverse();
      return new Component(Enums.ComponentType.Library, path, {
        ...{ bomRef: nameOf.go(module), version },
        purl: purl("golang", space.reverse().join("/") || undefined, name, version, undefined, undefined),
        properties: new Models.PropertyRepository([property("go.sum", zip)]),
      });
    });
}

function programs(lock: BundleLock): Models.Component[] {
  return lock.programs.map((program) => {
    const { name, version, built, official } = program;
    return new Component(Enums.ComponentType.Application, name, {
      ...{ bomRef: nameOf.programs(program), version },
      properties: new Models.PropertyRepository(built ? [property("builtFrom", built.package)] : []),
      externalReferences: new Models.ExternalReferenceRepository(
        official ? [new ExternalReference(official.url, Enums.ExternalReferenceType.Distribution)] : [],
      ),
    });
  });
}

function addPackages(lock: BundleLock, bom: Models.Bom, site: Models.Component): void {
  const known = new Map<string, Models.Component>(
    lock.npm.map(({ name, version, integrity, licence, dev }) => {
      const [scope, base] = name.startsWith("@") ? name.split("/") : [undefined, name];
      const component = new Component(Enums.ComponentType.Library, base ?? name, {
        ...(scope !== undefined && { group: scope }),
        ...{ bomRef: `npm ${name}@${version}`, version, licenses: licences(licence) },
        scope: dev ? Enums.ComponentScope.Excluded : Enums.ComponentScope.Required,
        purl: purl("npm", scope, base ?? name, version, undefined, undefined),
        hashes: new Models.HashDictionary([
          [Enums.HashAlgorithm["SHA-512"], Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex")],
        ]),
      });
      return [`${name}@${version}`, component] as const;
    }),
  );
  for (const { name, version, dependencies } of lock.npm) {
    const component = known.get(`${name}@${version}`)!;
    bom.components.add(component);
    for (const needed of dependencies) {
      const other = known.get(needed);
      if (other && other !== component) component.dependencies.add(other.bomRef);
    }
  }
  for (const root of lock.npmRoots) {
    const component = known.get(root);
    if (component) site.dependencies.add(component.bomRef);
  }
}
