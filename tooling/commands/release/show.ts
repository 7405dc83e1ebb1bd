import Table from "cli-table3";
import type { Release } from "../../../components/workload/release";
import { openRelease, titleOf } from "./open";
import type { OpenedRelease } from "./open";

/** Everything a release says; signatures are listed and not checked. */
export function show(file: string, json: boolean): string {
  const opened = openRelease(file);
  const { release, digest, headers } = opened;
  if (json) return JSON.stringify({ digest, signatures: headers, release }, null, 2);
  const table = new Table({
    colWidths: [24, width() - 28],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  });
  for (const [field, value] of rows(opened)) table.push([field, value]);
  return [
    ...(release.simulated ? [banner] : []),
    titleOf(release),
    table.toString(),
    "Not measured, so that no evidence shows it:",
    ...release.notMeasured.map((item) => `  - ${item}`),
    `Signatures are listed here and not checked; \`npm run trustfoundry -- release verify ${file} --signers <policy> --factory ${release.factory}\` checks them.`,
    ...(release.simulated ? [banner] : []),
  ].join("\n");
}

export const banner = "SIMULATED: made for a rehearsal. No genuine guest answers to it, and no key is released to one.";

/** Columns; wide enough for the longest measurement where no terminal says otherwise. */
function width(): number {
  return Math.max(80, Math.min(process.stdout.columns ?? 128, 160));
}

function rows({ release, digest, headers }: OpenedRelease): [string, string][] {
  const { history, validity, image, gpu, shape, user, artifact, guestImage, servingKey } = release;
  return [
    ["digest", digest],
    ["factory", release.factory],
    ["owner", release.owner],
    ["number, after", `${history.sequence}, ${history.previous ?? "none: the first release of this name"}`],
    ["valid", `${validity.notBefore} to ${validity.notAfter}`],
    ["signatures", headers.map(({ alg, kid }) => `${kid} (${alg})`).join("\n") || "none: not a valid release yet"],
    ["image", `${image.repository}@${image.digest}`],
    ["image signed by", image.signer ?? "nobody; accepted by its digest alone"],
    ["image encrypted", image.encryptionKey ? `opened by ${image.encryptionKey}` : "no"],
    [
      "weights",
      artifact
        ? `${artifact.kind}, content ${artifact.digest}, opened by ${artifact.key}, at ${artifact.guestPath}`
        : "no sealed artifact",
    ],
    ["program", release.command.length > 0 ? JSON.stringify(release.command) : "the image's own, which is not bound"],
    ["user, port", `${user.uid}:${user.gid}, ${release.port}`],
    ["TEE, runtime class", `${release.tee}, ${release.runtimeClassName}`],
    ["GPUs", `${gpu.count} ${gpu.model}${gpu.nvSwitches > 0 ? `, ${gpu.nvSwitches} NVSwitches` : ""}`],
    ["shape", `${shape.vcpus} vCPUs from a limit of ${shape.cpus} CPUs; ${shape.memoryGib} GiB`],
    [
      "placement",
      `${release.replicas} replicas, ${release.trustedStorageGib} GiB encrypted scratch, ${release.startupSeconds} s to start${release.awaitReadiness ? "" : ", not waited for"}`,
    ],
    [
      "guest image",
      guestImage ? `${guestImage.name}, ${guestImage.digest}, started by ${guestImage.profile}` : "not described",
    ],
    ["measurements", `${release.measuredBy}\n${launchLines(release).join("\n")}`],
    ["TCB", lines(release.tcb.snp ?? release.tcb.tdx ?? {})],
    ["GPU evidence", lines(release.gpuClaims)],
    ["agent policy", `by ${release.agentPolicy.origin}, ${release.agentPolicy.digest}`],
    ["init-data", release.initData.digest],
    ["may be given", release.resources.join("\n")],
    ["serving key", servingKey ? lines(servingKey) : "none"],
  ];
}

function launchLines({ launch: { snp, tdx } }: Release): string[] {
  return Object.entries({ ...snp, ...tdx }).map(([register, value]) => `${register} ${value}`);
}

function lines(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(", ") : String(value)}`)
    .join("\n");
}
