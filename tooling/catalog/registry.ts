import { sha256 } from "../../components/names";
import type { OciAddress, TokenQuestion } from "./address";
import { apiRoot, isLoopback, parseChallenge, tokenUrl } from "./address";
import { get, textOf } from "./http";
import { Unreadable } from "./unreadable";

export interface Manifest {
  readonly digest: string;
  readonly text: string;
}

/** An index of several platforms counts before the manifest of one: it is what a tag stands for. */
const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Reads manifests by the OCI distribution API (v1.1), as a stranger: with the anonymous token that a registry hands out,
 * and no credential.
 */
export class Registries {
  /** Tokens by host and repository. */
  private readonly tokens = new Map<string, string>();

  constructor(private readonly signal?: AbortSignal) {}

  async manifest(address: OciAddress, tag: string): Promise<Manifest> {
    const { host, repository } = address;
    const what = `${repository}:${tag}`;
    const url = new URL(`${apiRoot(host)}/${repository}/manifests/${tag}`);
    let response = await this.ask(url, address);
    if (response.status === 401) {
      const question = parseChallenge(response.headers.get("www-authenticate") ?? "");
      await response.body?.cancel();
      if (!question) throw denied(host, what);
      this.tokens.set(`${host}/${repository}`, await this.token(question, host, what));
      response = await this.ask(url, address);
    }
    const text = await textOf(response, host, this.signal);
    if (response.status === 401 || response.status === 403) throw denied(host, what);
    if (response.status === 404) throw new Unreadable("absent", host, `${host} has no ${what}`);
    if (!response.ok) throw new Unreadable("unreachable", host, `${host} answers with status ${response.status}`);

    const digest = `sha256:${sha256(text)}`;
    const said = response.headers.get("docker-content-digest");
    if (said !== null && said !== digest)
      throw new Unreadable("unbelievable", host, `${host} calls ${what} ${said}, and what it sends is ${digest}`);
    return { digest, text };
  }

  private ask(url: URL, { host, repository }: OciAddress): Promise<Response> {
    const token = this.tokens.get(`${host}/${repository}`);
    return get(url, {
      headers: { accept, ...(token && { authorization: `Bearer ${token}` }) },
      signal: this.signal,
    });
  }

  private async token(question: TokenQuestion, host: string, what: string): Promise<string> {
    const url = URL.canParse(question.realm) ? tokenUrl(question) : undefined;
    if (!url || (url.protocol !== "https:" && !isLoopback(url.host)))
      throw new Unreadable("unbelievable", host, `${host} sends for a token to ${question.realm}, which is not HTTPS`);
    const response = await get(url, { signal: this.signal });
    const text = await textOf(response, url.host, this.signal);
    if (response.status === 401 || response.status === 403) throw denied(host, what);
    if (!response.ok)
      throw new Unreadable("unreachable", url.host, `${url.host} answers with status ${response.status}`);
    const token = tokenIn(text);
    if (!token) throw new Unreadable("unbelievable", url.host, `${url.host} answers without a token`);
    return token;
  }
}

function denied(host: string, what: string): Unreadable {
  return new Unreadable("denied", host, `${host} shows ${what} to its customers alone, and nobody is logged in here`);
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(text) as { token?: unknown; access_token?: unknown };
    const found = token ?? accessToken;
    return typeof found === "string" && found !== "" ? found : undefined;
  } catch {
    return undefined;
  }
}
