/**
 * What names in a lock may look like. They end up in file names, URLs and the arguments of other programs, so that each
 * pattern allows plain ASCII, no way upwards in a path, and nothing that begins like an option.
 */

/** `host[:port]/path`, without tag and digest. */
export const repositoryPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/;

/** A registry, or a part of one, to copy into: as a repository, and its path may be missing. */
export const registryPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

/** A Helm repository's URL, without credentials, query and fragment. */
export const indexUrlPattern = /^https:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*\/?$/;

export const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
export const chartNamePattern = /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/;
/** A chart's version as Helm takes it: a semantic version, which may begin with v. */
export const chartVersionPattern = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]{1,100})?$/;

/** npm's own rule for names that are new, and the old ones with capital letters. */
export const npmNamePattern = /^(@[a-z0-9][a-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const npmVersionPattern = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]{1,100})?$/;
/** SHA-512 as npm writes it: 64 bytes in base64. */
export const integrityPattern = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** golang.org/x/mod/module CheckPath: a host with a dot first, no element that begins or ends with a dot. */
export const modulePattern = /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[A-Za-z0-9_~-]+([A-Za-z0-9._~-]*[A-Za-z0-9_~-])?)*$/;
export const moduleVersionPattern = /^v\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]{1,200})?$/;
/** SHA-256 as go.sum writes it: 32 bytes in base64. */
export const h1Pattern = /^h1:[A-Za-z0-9+/]{43}=$/;

/** The name of a file that lies in one folder with others of its kind. */
export const fileNamePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/;
export const hexPattern = /^[0-9a-f]{64}$/;
