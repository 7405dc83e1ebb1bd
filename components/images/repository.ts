/** Whether a text names a repository with its registry, without tag or digest: `nvcr.io/nim/meta/model`. */
export function isRepository(text: string): boolean {
  const [host = "", ...path] = text.split("/");
  return (
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/.test(host) &&
    /[.:]|^localhost$/.test(host) &&
    path.length > 0 &&
    path.every((part) => /^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(part))
  );
}
