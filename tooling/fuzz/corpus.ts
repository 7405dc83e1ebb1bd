import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseAs } from "../../stacks/config/load";
import { completeSections } from "../../stacks/presetFile";
import { deriveStacks } from "../../stacks/rehearsal";
import type { Factory } from "../../stacks/config/factory";
import type { CorpusMaterial } from "./material";

export type Sections = Readonly<Record<string, unknown>>;

/** A configuration that is right, from which wrong ones are made. */
export interface Base {
  readonly name: string;
  readonly sections: Sections;
}

const root = resolve(__dirname, "../..");

/** Every sample, every partner's sample over its preset, the rehearsal and the stacks that it stands for: all roles, all clouds. */
export function corpus(material: CorpusMaterial): Base[] {
  const rehearsal = fileSections("Pulumi.rehearsal.yaml");
  return [
    { name: "rehearsal", sections: rehearsal },
    ...derivedSections(parseAs("rehearsal", rehearsal), material).map((sections) => ({
      name: `the rehearsal's ${String(sections.role)}`,
      sections,
    })),
    ...readdirSync(join(root, "samples"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => samplesIn(join("samples", name))),
    ...readdirSync(join(root, "stacks", "partners")).flatMap((partner) =>
      samplesIn(join("stacks/partners", partner)).map(({ name, sections }) => ({
        name,
        sections: withOwn(completeSections(join(root, "stacks/partners", partner), sections).sections, material),
      })),
    ),
  ];
}

/** Sections of the parties' stacks that a description stands for. */
export function derivedSections(factory: Factory, material: CorpusMaterial): Sections[] {
  const derived = deriveStacks(factory, { ...material, releases: "releases", acceptance: accepted(factory, material) });
  const handover = { directory: "handover", releases: ["llama-8b"] };
  return [
    derived.trust,
    ...Object.values(derived.providers).flatMap(({ infrastructure, workloads }) => [
      infrastructure,
      workloads(handover),
    ]),
  ].map((sections) => structuredClone(sections));
}

/** Of providers that demand attestations of images: nobody's yet, as at the start of a rehearsal. */
function accepted({ providers }: Factory, { scanner }: CorpusMaterial) {
  const nothing = { attestationSigners: [{ name: "Scanner", publicKey: scanner }], images: [] };
  return Object.fromEntries(providers.map(({ name }) => [name, nothing]));
}

/** With a certificate and signers, which samples leave out since everybody has their own. */
function withOwn(sections: Sections, { keyBrokerCa: caCertificate, signers }: CorpusMaterial): Sections {
  const attestation = sections.attestation as { readonly keyBroker?: object } | undefined;
  if (sections.role !== "trust" || !attestation) return sections;
  return {
    signers,
    ...sections,
    attestation: { ...attestation, keyBroker: { caCertificate, ...attestation.keyBroker } },
  };
}

function samplesIn(directory: string): Base[] {
  return readdirSync(join(root, directory))
    .filter((file) => /^Pulumi\..+\.yaml$/.test(file))
    .sort()
    .map((file) => ({ name: join(directory, file), sections: fileSections(join(directory, file)) }));
}

function fileSections(file: string): Sections {
  const { config } = parse(readFileSync(join(root, file), "utf8")) as { config: Sections };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]));
}
