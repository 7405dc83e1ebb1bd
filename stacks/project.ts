import { resolve } from "node:path";

/** This package's own directory: a checkout with its Pulumi.yaml, or the package in a generated project's node_modules. */
export const packageRoot = resolve(__dirname, "..");

/** A project that a program runs for. */
export interface Project {
  /**
   * Directory with Pulumi.yaml and catalog.lock; paths in a configuration are relative to it. The engine may run a program
   * from another directory, as the Automation API does. Default: this checkout.
   */
  readonly projectDirectory?: string;
}

export function projectDirectory({ projectDirectory = packageRoot }: Project): string {
  return projectDirectory;
}
