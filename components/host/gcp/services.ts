import * as projects from "@pulumi/gcp/projects";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Switches on the APIs that a project needs, and never off: others may use them. Google makes the agents that keys are
 * granted to when it switches an API on.
 */
export function enabledServices(
  project: string,
  services: readonly string[],
  opts: pulumi.CustomResourceOptions,
): projects.Service[] {
  return services.map(
    (service) =>
      new projects.Service(
        `service-${service}`,
        { project, service: `${service}.googleapis.com`, disableOnDestroy: false, disableDependentServices: false },
        opts,
      ),
  );
}
