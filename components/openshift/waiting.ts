/**
 * Annotation by which the Kubernetes provider waits for what a controller says of an object: all of the expressions, each
 * `jsonpath={.path}=value`, `jsonpath={.path}` or `condition=Type=Status`. Paths are those of RFC 9535.
 *
 * Source: pulumi-kubernetes provider/pkg/metadata/overrides.go and provider/pkg/jsonpath (4.25.0). An object that is at an
 * older generation than its status says is waited for, too; the wait ends with the resource's custom timeout.
 */
export function waitFor(...expressions: readonly [string, ...string[]]): Record<string, string> {
  const [only, ...more] = expressions;
  return { "pulumi.com/waitFor": more.length === 0 ? only : JSON.stringify(expressions) };
}
