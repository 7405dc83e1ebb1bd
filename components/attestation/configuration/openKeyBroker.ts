import type { KeyBrokerConfiguration } from "./keyBrokerSchema";
import { ephemeralSigner, forgetful, httpsOnly, openVerifiers } from "./openServices";

export function openKeyBroker(config: KeyBrokerConfiguration): string[] {
  return [
    ...openTransport(config.http_server),
    ...openTokens(config),
    ...openAdmin(config.admin),
    ...forgetful("storage_backend", config.storage_backend),
    ...openService(config),
    ...(config.plugins ?? []).flatMap((plugin, index) => openPlugin(`plugins[${index}]`, plugin)),
  ];
}

function openTransport(http: KeyBrokerConfiguration["http_server"]): string[] {
  return [
    ...(http.insecure_http === true
      ? ["http_server.insecure_http: true serves guests without TLS; write false with private_key and certificate"]
      : []),
    ...(!http.private_key || !http.certificate
      ? ["http_server: private_key and certificate are missing, so TLS cannot start; name both files"]
      : []),
    ...(http.tls_profile === "old" || http.tls_profile === "custom"
      ? [`http_server.tls_profile: "${http.tls_profile}" allows outdated TLS; write "modern"`]
      : []),
  ];
}

function openTokens({ attestation_token: token, attestation_service: service }: KeyBrokerConfiguration): string[] {
  const sets = token?.trusted_jwk_sets ?? [];
  // Intel's tokens name their key by `kid`, which is looked up in a JWK set; Trustee's own bring a certificate.
  const [anchors, wanted] =
    service?.type === "intel_ta"
      ? ([sets, "trusted_jwk_sets"] as const)
      : ([token?.trusted_certs_paths ?? [], "trusted_certs_paths"] as const);
  return [
    ...(token?.insecure_header_jwk === true
      ? ["attestation_token.insecure_header_jwk: true accepts tokens that anyone signed; write false"]
      : []),
    ...(anchors.length === 0
      ? [`attestation_token.${wanted}: missing, so no signer of tokens is known; name the signer's`]
      : []),
    ...sets
      .filter((set) => !/^(https|file):\/\//.test(set))
      .map((set) => `attestation_token.trusted_jwk_sets: "${set}" is neither https:// nor file://; write one of them`),
  ];
}

function openAdmin(admin: KeyBrokerConfiguration["admin"]): string[] {
  if (admin.authorization_mode === "DenyAll") return [];
  if (admin.authorization_mode === "InsecureAllowAll")
    return ['admin.authorization_mode: "InsecureAllowAll" lets everybody set policies and keys; write "DenyAll"'];
  const at = "admin.authentication.bearer_jwt.identity_providers";
  return [
    ...admin.authentication.bearer_jwt.identity_providers.flatMap((provider, index) => [
      ...(provider.public_key_uri || provider.jwk_set_uri
        ? []
        : [`${at}[${index}]: names no key; add public_key_uri or jwk_set_uri`]),
      ...(provider.issuer && provider.audience
        ? []
        : [`${at}[${index}]: issuer or audience is missing, so it is not checked; name both`]),
    ]),
    ...(admin.authorization.regex_acl.acls ?? []).flatMap(({ allowed_endpoints: endpoints }, index) =>
      !endpoints.startsWith("^/kbs") || !endpoints.endsWith("$")
        ? [
            `admin.authorization.regex_acl.acls[${index}].allowed_endpoints: "${endpoints}" is not anchored; begin with ^/kbs and end with $`,
          ]
        : /^\^\/kbs(\/v0)?\/?\(?\.[+*]\)?\$$/.test(endpoints)
          ? [
              `admin.authorization.regex_acl.acls[${index}].allowed_endpoints: "${endpoints}" allows everything; name the endpoints that the role needs`,
            ]
          : [],
    ),
  ];
}

function openService({ attestation_service: service }: KeyBrokerConfiguration): string[] {
  const at = "attestation_service";
  if (!service) return [`${at}: missing, so Trustee takes one that was built in; write its type`];
  if (service.type === "coco_as_builtin")
    return [
      ...ephemeralSigner(`${at}.attestation_token_broker`, service.attestation_token_broker),
      ...openVerifiers(`${at}.verifier_config`, service.verifier_config),
    ];
  if (service.type === "coco_as_grpc") return [];
  return [
    ...httpsOnly(`${at}.base_url`, service.base_url),
    ...(service.certs_file.startsWith("http://") ? httpsOnly(`${at}.certs_file`, service.certs_file) : []),
    ...(!service.policy_ids || service.policy_ids.length === 0
      ? [`${at}.policy_ids: missing, so Intel's service matches no policy at all; name the policies`]
      : []),
    ...(service.allow_unmatched_policy === true
      ? [`${at}.allow_unmatched_policy: true takes evidence that matches no policy; write false`]
      : []),
  ];
}

type Plugin = NonNullable<KeyBrokerConfiguration["plugins"]>[number];

function openPlugin(at: string, plugin: Plugin): string[] {
  if (plugin.name === "sample") return [`${at}: "sample" is for demonstrations; remove it`];
  if (plugin.name === "pkcs11" && plugin.rsa_mechanism === "RsaPkcsTest")
    return [`${at}.rsa_mechanism: "RsaPkcsTest" pads with SHA-1; write "RsaPkcsOaep"`];
  if (plugin.name === "external")
    return plugin.backends.flatMap(({ endpoint, ca_cert_path: ca }, index) => [
      ...httpsOnly(`${at}.backends[${index}].endpoint`, endpoint),
      ...(ca ? [] : [`${at}.backends[${index}].ca_cert_path: missing; name the CA of the endpoint`]),
    ]);
  if (plugin.name !== "resource") return [];
  if ("vault_url" in plugin)
    return [
      ...httpsOnly(`${at}.vault_url`, plugin.vault_url),
      ...(plugin.verify_ssl === true
        ? []
        : [`${at}.verify_ssl: not true, so any server could answer for the key store; write true`]),
    ];
  if ("endpoint_url" in plugin && plugin.endpoint_url) return httpsOnly(`${at}.endpoint_url`, plugin.endpoint_url);
  return [];
}
