import { relative } from "node:path";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/**
 * Seconds that long files took when they were last measured in a whole run. Only their order counts: a long file that
 * starts last runs alone while the other cores have nothing left to do.
 */
const seconds: Readonly<Record<string, number>> = {
  "test/acceptance/upgrade/upgrade.test.ts": 580,
  "test/acceptance/rehearsal/lifecycle.test.ts": 474,
  "test/acceptance/drift/drift.test.ts": 463,
  "test/acceptance/rehearsal/interruption.test.ts": 295,
  "test/acceptance/attack.test.ts": 275,
  "test/acceptance/partners/generic.test.ts": 233,
  "test/acceptance/faults/faults.test.ts": 205,
  "test/acceptance/doctor/doctor.test.ts": 189,
  "test/acceptance/partners/fortanix.test.ts": 175,
  "test/acceptance/clouds/samples.test.ts": 150,
  "test/acceptance/partners/redhat.test.ts": 148,
  "test/acceptance/partners/intel.test.ts": 120,
  "test/acceptance/partners/anjuna.test.ts": 114,
  "test/acceptance/state/state.test.ts": 100,
  "test/acceptance/languages/consumers.test.ts": 83,
  "test/acceptance/partners/dell.test.ts": 77,
  "test/acceptance/partners/pulumiNew.test.ts": 77,
  "test/acceptance/partners/hpe.test.ts": 76,
  "test/acceptance/rehearsal/refusals.test.ts": 74,
  "test/acceptance/stacks/trust.test.ts": 67,
  "test/acceptance/scale.test.ts": 63,
  "test/acceptance/partners/cisco.test.ts": 62,
  "test/acceptance/stacks/infrastructure.test.ts": 61,
  "test/acceptance/partners/lenovo.test.ts": 59,
  "test/acceptance/clouds/cluster.test.ts": 58,
  "test/acceptance/policies/packs.test.ts": 51,
  "test/acceptance/previews/previews.test.ts": 45,
  "test/acceptance/policies/admission.test.ts": 45,
  "test/acceptance/policies/admissionScopes.test.ts": 42,
  "test/acceptance/review/clouds.test.ts": 38,
  "test/acceptance/policies/admissionAgreement.test.ts": 35,
  "test/acceptance/review/review.test.ts": 35,
  "test/acceptance/clouds/refusals.test.ts": 31,
  "test/acceptance/report/report.test.ts": 28,
  "test/acceptance/clouds/clusters.test.ts": 25,
  "test/acceptance/clouds/command.test.ts": 24,
  "test/acceptance/languages/options.test.ts": 23,
  "test/bench/start.test.ts": 22,
  "test/acceptance/charts/ordering.test.ts": 22,
  "test/tooling/commands/measure.test.ts": 22,
  "test/components/verdict/gpu/refusals.test.ts": 20,
  "test/tooling/commands/model.test.ts": 20,
  "test/stacks/config/fuzz.test.ts": 19,
  "test/tooling/verdict/refusals.test.ts": 13,
  "test/tooling/firmware/interruption.test.ts": 13,
};

/**
 * Acceptance tests before unit tests, and in each the longest first; the rest by name. The many short unit tests then
 * fill what the last long file leaves. The runner's own order goes by the last run, which a clean clone does not have.
 */
export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const path = ({ moduleId }: TestSpecification) => relative(this.ctx.config.root, moduleId).replaceAll("\\", "/");
    const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    const sorted = [...files].sort(
      (a, b) =>
        text(a.project.name, b.project.name) ||
        (seconds[path(b)] ?? 0) - (seconds[path(a)] ?? 0) ||
        text(path(a), path(b)),
    );
    return Promise.resolve(sorted);
  }
}
