import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { privateOnce } from "../controlplane/files";
import { UserError } from "../ui";

/** Where rehearsals live: TRUSTFOUNDRY_HOME, or the user's data directory. One folder an instance. */
export function rehearsalHome(): string {
  if (process.env.TRUSTFOUNDRY_HOME) return process.env.TRUSTFOUNDRY_HOME;
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "trustfoundry");
}

const instancePattern = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/;

/** Folders of one instance. Each party has its own; the inbox of a provider is all that crosses. */
export class InstancePaths {
  readonly root: string;

  constructor(readonly instance: string) {
    if (!instancePattern.test(instance))
      throw new UserError(
        `"${instance}" is no name for an instance; write lower-case letters, digits and dashes, 32 at most.`,
      );
    this.root = join(rehearsalHome(), instance);
  }

  /** Data, credentials and logs of the local clusters. */
  get controlPlanes(): string {
    return join(this.root, "control-planes");
  }

  party(name: string): string {
    return join(this.root, "parties", name);
  }

  stack(party: string, stackName: string): string {
    return join(this.party(party), "stacks", stackName);
  }

  /** The model owner's signed releases, the former ones among them. */
  releases(modelOwner: string): string {
    return join(this.party(modelOwner), "releases");
  }

  /** Where the model owner's files arrive at a provider. */
  inbox(provider: string): string {
    return join(this.party(provider), "inbox");
  }
}

/** Directory of a stack's state alone, within the stack's own. */
export function stateDirectory({ directory }: { readonly directory: string }): string {
  return join(directory, "state");
}

/** Makes a stack's passphrase at first use: 24 random bytes, mode 0600. A lost one is never replaced. */
export function ensurePassphrase(file: string): void {
  privateOnce(file, () => randomBytes(24).toString("base64url"));
}
