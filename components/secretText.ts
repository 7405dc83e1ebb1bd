/** Names of settings that end in what they hold; a `…Secret` or `…Key` is, in charts, the name of one. */
const telling = /(api_?key|access_?key|private_?key|client_?secret|token|passw(or)?d|passphrase)$/i;
/** Values that are secret whatever they are called: private keys, and tokens of registries and hubs. */
export const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|(^|[^\w./-])(nvapi-[\w-]{20,}|hf_\w{20,}|AKIA[A-Z0-9]{16}([^\w]|$))/;
/** Where to find a secret instead of the secret, a variable's name, or nothing. */
const reference = /^(\s*|sealed\..*|(kbs|file):\/\/.*|\/.*|\$[({].*|\{\{.*)$/s;

/** The same within a longer text, whole: a private key to its end, and an address's credentials. */
const within =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\b(?:nvapi-[\w-]{20,}|hf_\w{20,}|AKIA[A-Z0-9]{16}\b)|(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g;

/** A message without what is secret whatever it is called. */
export const withoutSecrets = (text: string): string => text.replace(within, "[not shown]");

export const isTellingName = (name: string): boolean => telling.test(name);
export const isSecretText = (text: string): boolean => secret.test(text);
export const isReference = (text: string): boolean => reference.test(text);
/** A PIN, or a password of digits that YAML takes for a number; smaller ones count or switch something. */
export const isSecretNumber = (value: number): boolean => Math.abs(value) >= 1000;
