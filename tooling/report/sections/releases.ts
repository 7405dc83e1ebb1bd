import type { Block, Cell, Section } from "../document";
import { badge, cell, code, joined, list, text } from "../document";
import type { ReleaseFacts } from "../facts";
import type { ReportModel } from "../model";

/** The releases: what is measured, who signed, which keys, and what no hardware binds. */
export function releasesSection({ facts, today }: ReportModel): Section {
  const { releases } = facts;
  return {
    id: "releases",
    title: "Releases",
    blocks:
      releases.length === 0 ? [text("No release was read: places whose unit is a node or a machine have none.")] : [],
    parts: releases.map((release) => ({
      title: `${release.name} ${release.release.modelVersion}`,
      blocks: releaseBlocks(release, today),
    })),
  };
}

function releaseBlocks(facts: ReleaseFacts, today: string | undefined): Block[] {
  const { release, digest, pinned } = facts;
  const { image, launch, shape, gpu, tcb, validity, agentPolicy, artifact, servingKey } = release;
  return [
    {
      kind: "terms",
      items: [
        { term: "release", of: cell(code(digest), `, number ${release.history.sequence}`) },
        { term: "signed by", of: signers(facts) },
        { term: "valid", of: cell(`${validity.notBefore} to ${validity.notAfter}`, ...validityBadge(facts, today)) },
        { term: "key broker", of: cell(pinnedBadge(pinned)) },
        {
          term: "image",
          of: [
            [code(`${image.repository}@${image.digest}`)],
            [
              image.signer === undefined
                ? "accepted by digest; no signature is asked for"
                : "signature asked for, of the key ",
              ...(image.signer === undefined ? [] : [code(image.signer)]),
            ],
            ...(image.encryptionKey === undefined ? [] : [["encrypted layers, opened by ", code(image.encryptionKey)]]),
          ],
        },
        {
          term: "weights",
          of:
            artifact === undefined
              ? cell("not named: what opens them, and where they lie, is not part of the release")
              : cell(`sealed (${artifact.kind}), digest `, code(artifact.digest)),
        },
        {
          term: "measurement",
          of: Object.entries({ ...launch.snp, ...launch.tdx }).map(([name, value]) => [
            `${measurementTitles[name] ?? name} `,
            code(value),
          ]),
        },
        { term: "measured by", of: cell(measuredByTitles[release.measuredBy]) },
        { term: "init-data", of: cell("SHA-256 ", code(release.initData.digest)) },
        {
          term: "agent policy",
          of: cell(
            `${agentPolicy.origin}, opens ${agentPolicy.openings.join(", ") || "nothing"}; SHA-256 `,
            code(agentPolicy.digest),
          ),
        },
        {
          term: "shape",
          of: cell(
            `${release.tee === "snp" ? "SEV-SNP" : "TDX"}, ${shape.vcpus} vCPUs, ${shape.memoryGib} GiB, ${gpu.count} × ${gpu.model}, ${gpu.nvSwitches} NVSwitches, ${release.replicas} replicas`,
          ),
        },
        { term: "firmware", of: firmware(tcb) },
        {
          term: "GPU firmware",
          of: cell(
            `drivers ${release.gpuClaims.drivers.join(", ")}; VBIOS ${release.gpuClaims.vbios.join(", ")}`,
            release.gpuClaims.switchBios ? `; NVSwitch BIOS ${release.gpuClaims.switchBios.join(", ")}` : "",
          ),
        },
        { term: "keys", of: cell(...joined(release.resources.map(code))) },
        {
          term: "serving key",
          of:
            servingKey === undefined
              ? cell("none: clients cannot tell by TLS alone where their prompts end")
              : cell("SHA-256 ", code(servingKey.sha256)),
        },
      ],
    },
    text("Not measured:"),
    list(release.notMeasured.map((what) => [what])),
  ];
}

const measurementTitles: Readonly<Record<string, string>> = {
  measurement: "SNP launch digest",
  mrTd: "MRTD",
  rtmr1: "RTMR1",
  rtmr2: "RTMR2",
};

const measuredByTitles = {
  computed: "computed from the guest image's published parts",
  declared: "declared by the model owner, and not computed",
  simulated: "SIMULATED: of a made-up guest image",
} as const;

function pinnedBadge(pinned: boolean | undefined) {
  if (pinned === undefined) return badge("not known: its stack was not read", "unknown");
  return pinned ? badge("holds guests to these values", "good") : badge("has no block with these values", "bad");
}

function signers({ signatures }: ReleaseFacts): Cell {
  if (signatures === undefined) return cell("not known: computed by a preview, or read without a signer policy");
  if (signatures.length === 0) return cell(badge("nobody", "bad"));
  return signatures.map(({ kid, status, signer }) => [
    badge(status === "counts" ? "counts" : status, status === "counts" ? "good" : "bad"),
    ` ${signer ? `${signer.name}, for the ${signer.party === "modelOwner" ? "model owner" : "data owner"}` : "a key that the policy does not name"}, `,
    code(kid),
  ]);
}

function validityBadge({ release: { validity } }: ReleaseFacts, today: string | undefined) {
  if (today === undefined) return [];
  if (validity.notAfter.slice(0, 10) < today) return [" ", badge("ended", "bad")];
  return validity.notBefore.slice(0, 10) > today ? [" ", badge("not yet", "partly")] : [" ", badge("valid", "good")];
}

function firmware({ snp, tdx }: ReleaseFacts["release"]["tcb"]): Cell {
  if (snp)
    return cell(`bootloader ${snp.bootloader}, TEE ${snp.tee}, SNP ${snp.snp}, microcode ${snp.microcode} or newer`);
  if (!tdx) return cell("–");
  return cell(
    `XFAM ${tdx.xfam.join(", ")}; attributes ${tdx.attributes.join(", ")}; TDX module ${tdx.mrSeam?.join(", ") ?? "any that Intel calls up to date"}`,
  );
}
