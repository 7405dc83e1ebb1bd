/**
 * Refuses an image security policy that lets images through which nobody named. image-rs (guest-components
 * image-rs/src/signature/policy, v0.21.0) takes the most specific scope, where the empty one stands for all of a
 * transport and `*.example` for all of a domain, and accepts what it finds no requirement for.
 */
export function checkClosed(json: string): void {
  const policy = parsed(json);
  const rules = policy.default;
  if (!Array.isArray(rules) || rules.length !== 1 || typeOf(rules[0]) !== "reject")
    throw new Error(
      'image policy: it does not reject by default; write "default": [{"type": "reject"}] or use imageSecurityPolicy()',
    );
  for (const scopes of Object.values(tableOf(policy.transports))) {
    for (const [scope, requirements] of Object.entries(tableOf(scopes))) checkScope(scope, requirements);
  }
}

/** What a requirement may be: the signatures that image-rs verifies, or none at all for one exact digest. */
const signed = ["sigstoreSigned", "signedBy"];

function checkScope(scope: string, requirements: unknown): void {
  const types = Array.isArray(requirements) ? requirements.map(typeOf) : [];
  if (types.length === 0)
    throw new Error(`image policy: scope "${scope}" has no requirement, which accepts every image; name one`);
  for (const type of types) {
    if (type === "reject" || signed.includes(String(type))) continue;
    if (type !== "insecureAcceptAnything")
      throw new Error(`image policy: scope "${scope}" has a requirement of type ${String(type)}, which no guest knows`);
    if (!/.@sha256:[0-9a-f]{64}$/.test(scope))
      throw new Error(
        `image policy: scope "${scope}" accepts images without a signature; write the full reference with its digest`,
      );
  }
}

function typeOf(requirement: unknown): unknown {
  return tableOf(requirement).type;
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return tableOf(JSON.parse(json));
  } catch {
    throw new Error("image policy: the text is not JSON; make it with imageSecurityPolicy()");
  }
}
