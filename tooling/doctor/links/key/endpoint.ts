import { X509Certificate } from "node:crypto";
import { parse } from "smol-toml";
import { decodeInitData } from "../../../../components/guest/initDataAnnotation";
import { kata4TrusteeRef } from "../../../../components/platform";
import { chainProblem, splitChain } from "../../../../components/verdict/evidence/chain";
import type { Release } from "../../../../components/workload/release";
import type { KeySubject, Link } from "../../outcome";
import { broken, ok, skipped } from "../../outcome";
import { see } from "../../seen";
import { deploymentOf, inTrust } from "./broker";
import { releaseFile, servicesOf } from "./trust";

const docs = "docs/trust.md#what-it-needs";

/** Where a guest of the release looks for its key broker, and by which CA. */
export function keyBrokerOf({ initData }: Release): { readonly url: string; readonly ca: string } | undefined {
  try {
    const { data } = parse(decodeInitData(initData.annotation)) as { data?: Record<string, string> };
    const { token_configs: tokens } = parse(data?.["aa.toml"] ?? "") as {
      token_configs?: { kbs?: { url?: string; cert?: string } };
    };
    const { url, cert } = tokens?.kbs ?? {};
    return url === undefined || cert === undefined ? undefined : { url, ca: cert };
  } catch {
    return undefined;
  }
}

export const endpointLinks: readonly Link<KeySubject>[] = [
  {
    id: "broker-certificate",
    question: "Is its certificate the one that guests expect: by their CA, for their URL, in time?",
    follows: ["broker-there", "broker-available", "broker-service"],
    check: inTrust((trust, snapshot, subject) => {
      const release = releaseFile(snapshot, subject);
      if (!release)
        return skipped(`no file of ${subject.release} was given (--release): its init-data says what guests expect`);
      const expected = keyBrokerOf(release);
      if (!expected) return skipped(`the init-data of ${subject.release} names no key broker with a CA`);
      const { chain, at } = see(trust.certificate);
      const host = new URL(expected.url).hostname;
      const problem = certificateProblem(chain, expected.ca, host, snapshot.now);
      if (!problem) return ok(`${host}, until ${new X509Certificate(chain[0] ?? "").validTo} (${at})`);
      return broken({
        found: `${problem} (seen at ${at})`,
        wanted: `a certificate for ${host} by the CA ${splitChain(expected.ca).map(nameOf).join(", ")} of the release's init-data`,
        why: "guests end the handshake; the CA is measured into each of them, so a new CA takes new releases",
        remedy:
          "issue `tls.certificate` of trustSecrets by that CA for that name, and run `pulumi up` of the trust stack",
        docs,
      });
    }),
  },
  {
    id: "broker-versions",
    question: "Do its services speak the guests' version of the protocol?",
    follows: ["broker-there"],
    check: inTrust((trust) => {
      const images = servicesOf(trust).map(
        (service) => deploymentOf(trust, service).spec.template.spec.containers[0]?.image ?? "",
      );
      // `repository:tag@digest`: a digest alone tells no version.
      const tags = images.map((image) => /:([\w.-]+)$/.exec(image.replace(/@.*$/, "").replace(/^.*\//, ""))?.[1]);
      const known = tags.filter((tag) => tag !== undefined);
      if (known.length === 0) return skipped("its images are named by digest alone, which tells no version");
      const fits = (tag: string) => tag.replace(/^built-in-as-/, "") === "v0.21.0" || tag.startsWith(kata4TrusteeRef);
      if (known.every(fits)) return ok(known.join(", "));
      return broken({
        found: images.join(", "),
        wanted: `Trustee v0.21.0 or ${kata4TrusteeRef.slice(0, 12)}…, which Kata 4.0.0 and 4.1.0 name`,
        why: "guests and key broker have to speak the very same version of the protocol (0.4.0); others are refused at once",
        remedy: "choose one platform set for both stacks, and run `pulumi up` of the trust stack",
        docs: "docs/pins.md",
      });
    }),
  },
];

/** What a guest would object to in a certificate; undefined where it would not. */
export function certificateProblem(chain: readonly string[], ca: string, host: string, now: Date): string | undefined {
  const [leaf] = chain;
  if (leaf === undefined) return "no certificate";
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(leaf);
  } catch {
    return "a certificate that cannot be read";
  }
  const anchors = splitChain(ca);
  const problems = anchors.map((anchor) => chainProblem(chain, anchor, now));
  if (anchors.length === 0 || !problems.includes(undefined))
    return `${nameOf(leaf)}: ${problems[0] ?? "there is no CA to compare with"}`;
  if (certificate.checkHost(host) === undefined)
    return `${nameOf(leaf)} for ${certificate.subjectAltName ?? "no name"}`;
  return undefined;
}

function nameOf(pem: string): string {
  try {
    return `"${/^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? "no name"}"`;
  } catch {
    return "unreadable";
  }
}
