/** Of the accepted registries, or parts of them, the one that a repository lies below; undefined where there is none. */
export function registryOf(repository: string, registries: readonly string[]): string | undefined {
  // Whole parts of the path: nvcr.io/nim must not admit nvcr.io/nimble.
  return registries.find((registry) => repository === registry || repository.startsWith(`${registry}/`));
}
