/** The path of a key's next version: `acme/model-key/llama-8b` → `….2` → `….3`. */
export function nextPath(path: string): string {
  const [, name = path, version] = /^(.*?)(?:\.(\d+))?$/.exec(path) ?? [];
  return `${name}.${version === undefined ? 2 : Number(version) + 1}`;
}
