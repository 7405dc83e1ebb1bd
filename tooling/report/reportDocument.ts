import type { ReportDocument } from "./document";
import type { ReportModel } from "./model";
import { aboutSection } from "./sections/about";
import { pillarsSection } from "./sections/controls";
import { limitsSection } from "./sections/limits";
import { matrixSection, waysSection } from "./sections/matrix";
import { clustersSection, partiesSection } from "./sections/parties";
import { pictureSection } from "./sections/picture";
import { policiesSection } from "./sections/policies";
import { releasesSection } from "./sections/releases";
import { summarySection } from "./sections/summary";
import { versionsSection } from "./sections/versions";

/** The whole report, section by section. */
export async function reportDocument(model: ReportModel): Promise<ReportDocument> {
  const { facts } = model;
  return {
    title: `Trust report: ${facts.factory}`,
    subtitle: `${facts.parties.modelOwner} · ${[...new Set(facts.sites.map(({ provider }) => provider))].join(", ") || "no provider"} · ${facts.parties.dataOwner}`,
    simulated: facts.simulated,
    sections: [
      summarySection(model),
      partiesSection(model),
      clustersSection(model),
      await pictureSection(model),
      matrixSection(model),
      waysSection(model),
      limitsSection(),
      pillarsSection(model),
      releasesSection(model),
      policiesSection(model),
      versionsSection(model),
      aboutSection(model),
    ],
  };
}
