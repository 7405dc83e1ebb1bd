import type { KeySubject, Link } from "../../outcome";
import { broken, ok, skipped } from "../../outcome";
import { see } from "../../seen";
import { compared, ofPresented } from "./presented";
import { brokerCauses, guestCauses, policyCauses } from "./causes";

const docs = "docs/attestation.md";
const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
const noToken = "evidence alone has no token";

/** The token itself, and who signed it. */
export const tokenLinks: readonly Link<KeySubject>[] = [
  {
    id: "evidence-verified",
    question: "Does the attestation service take the evidence at all?",
    follows: ["broker-there", "broker-services", "policy-loads"],
    check: ofPresented(({ refused, source }) => {
      if (refused === undefined) return ok(source);
      return broken({
        found: refused,
        wanted: "evidence whose layouts, chains, signatures and nonces hold",
        why: "no token is made of evidence that does not hold",
        remedy: "run `trustfoundry verify` on the evidence: it names every check",
        docs,
      });
    }),
  },
  {
    id: "token-signer",
    question: "Is the token signed by the key that the key broker trusts?",
    check: ofPresented(({ token }) => {
      if (!token) return skipped(noToken);
      const { trusted, found, wanted } = see(token.signer);
      if (trusted) return ok(found);
      return broken({
        found,
        wanted,
        why: "the key broker takes tokens of one signer: this is another attestation service's, or one from before its key changed",
        remedy:
          "ask the attestation service that stands behind this key broker; check that all its replicas have one signer",
        docs: "docs/trust.md#what-it-needs",
      });
    }),
  },
  {
    id: "token-intact",
    question: "Does the token's signature hold?",
    follows: ["token-signer"],
    check: ofPresented(({ token }) => {
      if (!token) return skipped(noToken);
      if (see(token.intact)) return ok("ES256");
      return broken({
        found: "a signature that does not hold under the signer's key",
        wanted: "ES256 by the signer's key",
        why: "the token was changed after it was signed",
        remedy: "take the token as the attestation service made it",
        docs,
      });
    }),
  },
  {
    id: "token-in-time",
    question: "Is the token still good?",
    follows: ["token-signer", "token-intact"],
    check: ofPresented(({ token }, { now }) => {
      if (!token) return skipped(noToken);
      const { issuedAt, expires } = token;
      const seconds = now.getTime() / 1000;
      if (issuedAt !== undefined && expires !== undefined && seconds < expires && seconds >= issuedAt - 60)
        return ok(`until ${time(expires)}`);
      return broken({
        found:
          issuedAt === undefined || expires === undefined
            ? "a token without its times"
            : `a token from ${time(issuedAt)} until ${time(expires)}`,
        wanted: `a token that is good at ${now.toISOString()}`,
        why: "tokens live for minutes, and the key broker compares its own clock with them",
        remedy: "attest anew; where every token is too old or too new, compare the clocks of the model owner's nodes",
        docs,
      });
    }),
  },
  {
    id: "guest-parts",
    question: "Does the token have exactly the release's parts?",
    follows: ["evidence-verified", "token-signer", "token-intact"],
    check: compared((wanted, { parts }) => {
      const names = Object.keys(parts);
      const number = (kind: string) => names.filter((name) => name.startsWith(kind)).length;
      const text = `${number("cpu")} cpu, ${number("gpu")} gpu, ${number("switch")} switch`;
      const expected = `1 cpu, ${wanted.gpus} gpu, ${wanted.switches} switch`;
      if (text === expected) return ok(text);
      return broken({
        found: text,
        wanted: expected,
        why: "a GPU is missing in the evidence, or one is there that the release does not name: neither is let pass",
        remedy:
          "compare the pod's limits of nvidia.com/pgpu and nvidia.com/nvswitch; all GPUs of a release go to one guest, in confidential mode",
        docs,
      });
    }),
  },
];

/** What is left when nothing of the guest differs: the attestation service's verdict, and the key broker's. */
export const verdictLinks: readonly Link<KeySubject>[] = [
  {
    id: "token-tiers",
    question: "Is every part affirming?",
    follows: [...brokerCauses, ...policyCauses, ...guestCauses.slice(0, -2)],
    check: ofPresented(({ parts, refused }) => {
      if (refused !== undefined) return skipped("no token was made");
      const entries = Object.entries(parts);
      if (entries.every(([, { status }]) => status === undefined)) return skipped(noToken);
      const bad = entries.filter(([, { status }]) => status !== "affirming");
      if (bad.length === 0) return ok(`affirming: ${entries.map(([name]) => name).join(", ")}`);
      return broken({
        found: bad
          .map(
            ([name, { status, reasons }]) =>
              `${name} is ${status}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`,
          )
          .join("; "),
        wanted: "affirming for each",
        why: "the attestation policies do not recognise a claim: a value is missing in the reference values, or the guest is another one",
        remedy:
          "compare the condition's value with the reference values; a change of either is the model owner's to release",
        docs,
      });
    }),
  },
  {
    id: "policy-answer",
    question: "Does the resource policy let the guest have its key?",
    follows: [...brokerCauses, ...policyCauses, ...guestCauses.slice(0, -1)],
    check: ofPresented(({ answer }) => {
      if (!answer) return skipped("no token was made that could be asked with");
      const { allowed, path, condition } = see(answer);
      if (allowed) return ok(path);
      return broken({
        found: `${path} is refused: ${condition ?? "no rule allows it"}`,
        wanted: "allow",
        why: "one condition of the release's block does not hold",
        remedy: "the condition names the claim and the values that were compared",
        docs,
      });
    }),
  },
];
