import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256 } from "../../../components/names";

export const chartLayerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** A registry on this machine that speaks as much of the OCI distribution API as pinning needs, and a Helm repository. */
export class RegistryServer {
  /** Manifests by `<repository>:<tag>`. */
  readonly manifests = new Map<string, string>();
  /** Text of /index.yaml; undefined when there is none. */
  index: string | undefined;
  /** Asks for an anonymous token, as public registries do. */
  asksForToken = false;
  /** Repositories that even a token does not open. */
  readonly closed = new Set<string>();
  /** Statuses to answer with before any other answer. */
  readonly stumbles: number[] = [];
  /** Where it sends for a token, if not to itself. */
  realm: string | undefined;
  /** Answers of the token service. */
  tokenAnswer = JSON.stringify({ token: "anonymous" });
  /** Header that is sent instead of the right digest. */
  digestHeader: string | undefined;
  readonly requests: { readonly url: string; readonly accept: string; readonly authorization: string | undefined }[] =
    [];

  private constructor(private readonly server: Server) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.answer(request, response));
  }

  static async start(): Promise<RegistryServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RegistryServer(server);
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push({ url, accept: headers.accept ?? "", authorization: headers.authorization });
    const say = (status: number, text: string, extra: Record<string, string> = {}) =>
      response.writeHead(status, extra).end(text);
    const stumble = this.stumbles.shift();
    if (stumble) return void say(stumble, "");
    if (url.startsWith("/token")) return void say(200, this.tokenAnswer);
    if (url === "/index.yaml") return void (this.index === undefined ? say(404, "") : say(200, this.index));
    const [, repository = "", tag = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    if (this.asksForToken && headers.authorization !== "Bearer anonymous") {
      const realm = this.realm ?? `http://${this.host}/token`;
      const challenge = `Bearer realm="${realm}",service="test registry",scope="repository:${repository}:pull"`;
      return void say(401, "", { "www-authenticate": challenge });
    }
    if (this.closed.has(repository)) return void say(403, "");
    const text = this.manifests.get(`${repository}:${tag}`);
    if (text === undefined) return void say(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    say(200, text, { "docker-content-digest": this.digestHeader ?? `sha256:${sha256(text)}` });
  }
}

export function chartManifest(archive: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: "application/vnd.cncf.helm.config.v1+json" },
    layers: [{ mediaType: chartLayerType, digest: archive, size: 1 }],
  });
}
