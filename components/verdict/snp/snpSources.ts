import type { CollateralSource } from "../collateralSource";
import type { SnpProduct } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";
import { signingKeyName } from "../evidence/snpReport";
import { isZero } from "./launch";
import { productNames, productOfCpu } from "./products";

const service = "https://kdsintf.amd.com";

/**
 * What AMD's key service has for a report (document 57230, chapter 4): the chip's certificate, the chain above it, and the
 * list of what was revoked of that. A cloud's VLEK is given to that cloud alone, and a chip that hides its id has no
 * address. A report of version 2 does not name its processor: then everything is listed for Milan and for Genoa, one of
 * which will answer, unless the caller knows which.
 */
export function snpSources(report: SnpReport, product = knownProduct(report)): readonly CollateralSource[] {
  const products: readonly SnpProduct[] = product ? [product] : ["milan", "genoa"];
  const key = signingKeyName(report) === "VLEK" ? "vlek" : "vcek";
  return products.flatMap((each) => {
    const hidden = key !== "vcek" || isZero(report.chipId);
    return [...(hidden ? [] : [vcekSource(report, each, baseOf(key, each))]), ...snpAuthoritySources(key, each)];
  });
}

/** What is the same for all chips of a processor: the chain above their certificates, and what was revoked of it. */
export function snpAuthoritySources(key: "vcek" | "vlek", product: SnpProduct): readonly CollateralSource[] {
  const base = baseOf(key, product);
  const named = { product: productNames[product], key: key.toUpperCase() };
  return [
    {
      kind: "amd-certificates",
      title: `AMD's certificates above ${named.product}'s ${named.key}s`,
      url: `${base}/cert_chain`,
      file: `amd-${key}-${product}-chain.pem`,
    },
    {
      kind: "amd-crl",
      title: `AMD's list of revoked certificates of ${named.product}`,
      url: `${base}/crl`,
      file: `amd-${key}-${product}-crl.der`,
    },
  ];
}

const baseOf = (key: "vcek" | "vlek", product: SnpProduct) => `${service}/${key}/v1/${productNames[product]}`;

function knownProduct(report: SnpReport): SnpProduct | undefined {
  try {
    return productOfCpu(report);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

function vcekSource({ chipId, reportedTcb }: SnpReport, product: SnpProduct, base: string): CollateralSource {
  const turin = product === "turin";
  const chip = turin ? chipId.slice(0, 16) : chipId;
  const two = (value: number) => String(value).padStart(2, "0");
  const versions = [
    ...(turin ? [`fmcSPL=${two(reportedTcb.fmc ?? 0)}`] : []),
    `blSPL=${two(reportedTcb.bootloader)}`,
    `teeSPL=${two(reportedTcb.tee)}`,
    `snpSPL=${two(reportedTcb.snp)}`,
    `ucodeSPL=${two(reportedTcb.microcode)}`,
  ];
  // A chip has another certificate for each version of its firmware.
  const name = [chip.slice(0, 16), ...versions.map((version) => version.replace("SPL=", ""))].join("-");
  return {
    kind: "amd-vcek",
    title: `AMD's certificate (VCEK) of the chip ${chip.slice(0, 16)}…`,
    url: `${base}/${chip}?${versions.join("&")}`,
    file: `amd-vcek-${name}.der`,
  };
}
