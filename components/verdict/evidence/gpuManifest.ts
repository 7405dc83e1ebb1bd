import { DOMParser } from "@xmldom/xmldom";
import { EvidenceError } from "./reader";

/**
 * A reference integrity manifest: what NVIDIA says a version of a driver or of firmware measures. A SWID tag (ISO/IEC
 * 19770-2:2015) with TCG's and NVIDIA's attributes.
 *
 * Source: docs.nvidia.com/attestation/quick-start-guide/latest/rim_guide.html, …/specs/latest/opaque-data.html; NVIDIA/nvtrust
 * `rim/__init__.py`, `golden_measurement.py`; the manifests that nv-local-gpu-verifier ships.
 */
export interface GpuManifest {
  /** Chip: `GH100`. */
  readonly product: string;
  /** Of the driver or firmware, lower case: `595.58.03`, `96.00.cf.00.02`. */
  readonly version: string;
  /** Accepted values, lower-case hex, of each index that counts; a report's index is one higher. */
  readonly measurements: ReadonlyMap<number, readonly string[]>;
  /** How many values of opaque data (floors of security versions) it lists beyond measurements. */
  readonly otherValues: number;
}

const swid = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
const hashes = "http://www.w3.org/2001/04/xmlenc#sha384";
/** Indices of a report's measurements; from 64 on, manifests speak of opaque data. */
const measurementSlots = 64;

/** Parses strictly: what a lenient parser would mend could read otherwise elsewhere. */
export function parseXml(xml: string, what: string): Document {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    throw new EvidenceError(`${what}: it has a document type, which none of NVIDIA's has`);
  const fault = (text: string) => {
    throw new EvidenceError(`${what}: not XML: ${text.split("\n")[0]?.slice(0, 120)}`);
  };
  let parsed: Document | undefined;
  try {
    parsed = new DOMParser({ errorHandler: { warning: fault, error: fault, fatalError: fault } }).parseFromString(
      xml,
      "text/xml",
    );
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError(`${what}: not XML`);
  }
  if (!parsed?.documentElement) throw new EvidenceError(`${what}: not XML`);
  return parsed;
}

/** Reads a manifest from XML that is known to be signed: nothing here looks at a signature. */
export function parseManifest(signedXml: string): GpuManifest {
  const root = parseXml(signedXml, "manifest").documentElement;
  if (root.localName !== "SoftwareIdentity" || root.namespaceURI !== swid)
    throw new EvidenceError(`manifest: its root is ${root.nodeName}, not SoftwareIdentity`);
  const meta = onlyChild(root, "Meta");
  const resources = children(onlyChild(root, "Payload"), "Resource");
  const measurements = new Map<number, readonly string[]>();
  const seen = new Set<number>();
  let otherValues = 0;
  for (const resource of resources) {
    const index = whole(resource, "index");
    if (seen.has(index)) throw new EvidenceError(`manifest: measurement ${index} stands twice`);
    seen.add(index);
    const active = text(resource, "active");
    if (active !== "True" && active !== "False")
      throw new EvidenceError(`manifest: measurement ${index} is "${active}", neither True nor False`);
    if (active === "False") continue;
    if (index >= measurementSlots) otherValues++;
    else measurements.set(index, valuesOf(resource, index));
  }
  if (measurements.size === 0) throw new EvidenceError("manifest: it lists no measurement that counts");
  return {
    product: text(meta, "product"),
    version: text(meta, "colloquialVersion").toLowerCase(),
    measurements,
    otherValues,
  };
}

function valuesOf(resource: Element, index: number): string[] {
  const kind = text(resource, "type");
  const count = whole(resource, "alternatives");
  if (kind !== "Measurement" || whole(resource, "size") !== 48 || count < 1 || count > 64)
    throw new EvidenceError(`manifest: measurement ${index} is not a list of SHA-384 digests`);
  return Array.from({ length: count }, (_, number) => {
    const value = resource.getAttributeNS(hashes, `Hash${number}`) ?? "";
    if (!/^[0-9a-f]{96}$/i.test(value))
      throw new EvidenceError(`manifest: value ${number} of measurement ${index} is not 48 bytes hex`);
    return value.toLowerCase();
  });
}

function children(parent: Element, name: string): Element[] {
  return Array.from(parent.childNodes).filter(
    (node): node is Element =>
      node.nodeType === 1 && (node as Element).localName === name && (node as Element).namespaceURI === swid,
  );
}

function onlyChild(parent: Element, name: string): Element {
  const [found, ...more] = children(parent, name);
  if (!found || more.length > 0) throw new EvidenceError(`manifest: it has ${found ? "several" : "no"} ${name}`);
  return found;
}

function text(element: Element, name: string): string {
  const value = element.getAttribute(name);
  if (!value) throw new EvidenceError(`manifest: ${element.localName} has no ${name}`);
  return value;
}

function whole(element: Element, name: string): number {
  const value = text(element, name);
  if (!/^\d{1,5}$/.test(value)) throw new EvidenceError(`manifest: ${name} is "${value}", not a number`);
  return Number(value);
}
