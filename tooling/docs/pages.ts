import { rules } from "../../policies/rules";
import { packageRoot } from "../../stacks/project";
import { claimsPage } from "./claimsPage";
import { cloudOffersPage } from "./cloudOffersPage";
import { cloudSettingsPage } from "./cloudSettingsPage";
import { firmwareVendorsPage } from "./firmwareVendorsPage";
import { isolationPage } from "./isolationPage";
import { languagesPage } from "./languageComponents";
import { readmeWithPartners } from "./partnersTable";
import { policiesPage } from "./policies";
import { rulePage } from "./rulePage";

/** Every page made from the rules and other data, by its path in the repository. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", readmeWithPartners(packageRoot)],
    ["docs/policies.md", policiesPage(rules)],
    ["docs/claims.md", claimsPage(rules)],
    ["docs/cloud-offers.md", cloudOffersPage()],
    ["docs/cloud-settings.md", cloudSettingsPage()],
    ["docs/firmware-vendors.md", firmwareVendorsPage()],
    ["docs/isolation.md", isolationPage()],
    ["docs/languages.md", languagesPage(packageRoot)],
    ...rules.map((rule): [string, string] => [`docs/rules/${rule.id}.md`, rulePage(rule)]),
  ]);
}
