import { imageSetConfiguration } from "../../components/openshift/imageSet";
import { parseConfig } from "../../stacks/config/load";
import { providerNamed } from "../../stacks/config/providers";
import { providerOperators } from "../../stacks/openshift/operators";
import { completeSections } from "../../stacks/presetFile";
import { checkedFile } from "../configuration";
import { projectOf } from "../project";
import { readSections } from "../commands/release/configuration";
import { UserError } from "../ui";

/** The ImageSetConfiguration of a provider's stack. */
export function imageSetOf(path: string): string {
  const config = checkedFile(path, () =>
    parseConfig(completeSections(projectOf(path), readSections(path, "a stack's Pulumi.<stack>.yaml")).sections),
  );
  if (config.role !== "infrastructure")
    throw new UserError(
      `${path} is of the role ${config.role}; operators of hosts are in a stack of the role infrastructure.`,
    );
  const { openshift } = providerNamed(config.provider, config.providers);
  if (!openshift)
    throw new UserError(`${path}: ${config.provider} is not on OpenShift; there are no operators to copy.`);
  const operators = Object.values(checkedFile(path, () => providerOperators(openshift)));
  return imageSetConfiguration({ openshiftVersion: openshift.version, operators });
}
