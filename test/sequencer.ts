import { relative } from "node:path";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/**
 * Seconds that long files took when they were last measured in a whole run. Only their order counts: a long file that
 * starts last runs alone while the other cores have nothing left to do.
 */
const seconds: Readonly<Record<string, number>> = {
  "test/acceptance/rehearsal/lifecycle.test.ts": 412,
  "test/acceptance/drift/drift.test.ts": 300,
  "test/acceptance/upgrade/upgrade.test.ts": 230,
  "test/acceptance/partners/fortanix.test.ts": 220,
  "test/acceptance/languages/consumers.test.ts": 200,
  "test/acceptance/languages/options.test.ts": 150,
  "test/acceptance/faults/faults.test.ts": 126,
  "test/acceptance/state/state.test.ts": 120,
  "test/acceptance/scale.test.ts": 100,
  "test/acceptance/rehearsal/interruption.test.ts": 243,
  "test/acceptance/attack.test.ts": 213,
  "test/acceptance/partners/redhat.test.ts": 180,
  "test/acceptance/clouds/samples.test.ts": 183,
  "test/acceptance/partners/intel.test.ts": 160,
  "test/acceptance/doctor/doctor.test.ts": 166,
  "test/acceptance/partners/anjuna.test.ts": 100,
  "test/acceptance/partners/generic.test.ts": 130,
  "test/acceptance/policies/packs.test.ts": 102,
  "test/acceptance/rehearsal/refusals.test.ts": 96,
  "test/acceptance/stacks/infrastructure.test.ts": 91,
  "test/acceptance/partners/pulumiNew.test.ts": 87,
  "test/acceptance/clouds/cluster.test.ts": 84,
  "test/acceptance/stacks/trust.test.ts": 73,
  "test/acceptance/partners/cisco.test.ts": 60,
  "test/acceptance/partners/dell.test.ts": 60,
  "test/acceptance/partners/hpe.test.ts": 60,
  "test/acceptance/partners/lenovo.test.ts": 60,
  "test/acceptance/policies/admission.test.ts": 57,
  "test/acceptance/review/clouds.test.ts": 50,
  "test/acceptance/policies/admissionScopes.test.ts": 44,
  "test/bench/start.test.ts": 42,
  "test/acceptance/clouds/clusters.test.ts": 40,
  "test/acceptance/clouds/command.test.ts": 38,
  "test/acceptance/policies/admissionAgreement.test.ts": 38,
  "test/acceptance/review/review.test.ts": 35,
  "test/acceptance/report/report.test.ts": 34,
  "test/components/verdict/gpu/refusals.test.ts": 30,
  "test/tooling/commands/model.test.ts": 29,
  "test/acceptance/clouds/refusals.test.ts": 29,
  "test/tooling/commands/measure.test.ts": 23,
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
