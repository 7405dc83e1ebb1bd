import { parse } from "yaml";
import { digestPattern } from "../../components/catalogLock";
import { get, textOf } from "./http";
import { Unreadable } from "./unreadable";

const chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** Digest of the archive in the manifest of a chart, or undefined when it is the manifest of something else. */
export function archiveInManifest(text: string): string | undefined {
  const layers = jsonOf(text)?.layers;
  if (!Array.isArray(layers)) return undefined;
  const layer = (layers as { mediaType?: unknown; digest?: unknown }[]).find(
    ({ mediaType }) => mediaType === chartLayer,
  );
  return typeof layer?.digest === "string" && digestPattern.test(layer.digest) ? layer.digest : undefined;
}

function jsonOf(text: string): { layers?: unknown } | undefined {
  try {
    return JSON.parse(text) as { layers?: unknown };
  } catch {
    return undefined;
  }
}

/** Digest of the archive that a Helm repository's index lists for a version. */
export async function archiveInIndex(
  repository: string,
  chart: string,
  version: string,
  signal?: AbortSignal,
): Promise<string> {
  const url = new URL(`${repository.replace(/\/+$/, "")}/index.yaml`);
  const response = await get(url, { signal });
  const text = await textOf(response, url.host, signal);
  if (response.status === 404) throw new Unreadable("absent", url.host, `${url.host} has no index at ${url.pathname}`);
  if (!response.ok) throw new Unreadable("unreachable", url.host, `${url.host} answers with status ${response.status}`);
  const versions = chartsIn(text)?.[chart];
  const listed = versions?.find((entry) => entry.version === version);
  if (!listed) throw new Unreadable("absent", url.host, `${url.host} lists no ${chart} ${version}`);
  // Helm writes bare hex digits into an index.
  const digest = typeof listed.digest === "string" ? `sha256:${listed.digest.replace(/^sha256:/, "")}` : "";
  if (!digestPattern.test(digest))
    throw new Unreadable("unbelievable", url.host, `${url.host} lists ${chart} ${version} without a digest`);
  return digest;
}

interface Listed {
  readonly version?: unknown;
  readonly digest?: unknown;
}

function chartsIn(text: string): Readonly<Record<string, readonly Listed[]>> | undefined {
  try {
    const index = parse(text) as { entries?: Record<string, Listed[]> } | null;
    return index?.entries;
  } catch {
    return undefined;
  }
}
