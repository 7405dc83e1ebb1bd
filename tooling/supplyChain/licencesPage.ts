import { allowedLicences, installScripts } from "./allowed";
import type { NpmPackage } from "./npmPackages";
import { judgedLicence } from "./npmPackages";

/** docs/licences.md. Throws with every licence that is not allowed. */
export function licencesPage(packages: readonly NpmPackage[]): string {
  const problems = licenceProblems(packages);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const byLicence = new Map<string, NpmPackage[]>();
  for (const each of packages) {
    const judged = judgedLicence(each);
    if ("licence" in judged) byLicence.set(judged.licence, [...(byLicence.get(judged.licence) ?? []), each]);
  }
  const names = [...byLicence.keys()].sort();
  return [
    "# Licences of other people's work",
    "",
    "Made by `npm run licences` from package-lock.json and the installed manifests; a test fails where it is out of date, or where a licence is",
    "not in `tooling/supplyChain/allowed.ts`. The package is Apache-2.0 itself and contains no other package: npm fetches them. Go programs of the",
    "toolchain are built where they run, from sources that go.sum fixes, and are not handed on. The bill of materials of a site, with charts,",
    "images and Go modules, is what [`trustfoundry bundle`](airgap.md) writes.",
    "",
    "## npm",
    "",
    "| Licence | Why it is allowed | Packages | Of these, for development alone |",
    "|---|---|---|---|",
    ...names.map((name) => {
      const all = byLicence.get(name) ?? [];
      const why = name
        .split(" AND ")
        .map((id) => allowedLicences[id.trim()] ?? "")
        .join("; ");
      return `| ${name} | ${why} | ${all.length} | ${all.filter(({ dev }) => dev).length} |`;
    }),
    "",
    "## Scripts at installation",
    "",
    "None runs: `.npmrc` says `ignore-scripts=true`, and each command that installs says it again. These packages have one:",
    "",
    ...Object.entries(installScripts).map(([name, why]) => `- \`${name}\`: ${why}`),
    "",
    "## All packages",
    "",
    ...names.flatMap((name) => [
      `### ${name}`,
      "",
      (byLicence.get(name) ?? [])
        .map(({ name: own, version, dev }) => `${own} ${version}${dev ? " (dev)" : ""}`)
        .join(", "),
      "",
    ]),
  ].join("\n");
}

/** Licences that nobody allowed, and packages that run something at installation without being known for it. */
export function licenceProblems(packages: readonly NpmPackage[]): string[] {
  const scripted = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  return [
    ...packages.flatMap((each) => {
      const judged = judgedLicence(each);
      return "problem" in judged ? [judged.problem] : [];
    }),
    ...scripted
      .filter((name) => !Object.hasOwn(installScripts, name))
      .map(
        (name) =>
          `${name} runs a script when it is installed; say in tooling/supplyChain/allowed.ts why nothing is missing without`,
      ),
    ...Object.keys(installScripts)
      .filter((name) => !scripted.includes(name))
      .map((name) => `${name} runs no script any more; remove it from tooling/supplyChain/allowed.ts`),
  ];
}
