/** SIMULATED: what an account of Intersight has, and what becomes of it. Time is counted in changes and in looks. */

interface Reference {
  readonly Moid: string;
  readonly ObjectType: string;
}

/** What happens at the next looks at the profile, one a look. */
interface Step {
  readonly state: string;
  readonly action?: string;
  readonly done?: boolean;
}

export interface SimulatedOptions {
  readonly cpuVendor?: string;
  readonly targetPlatform?: "FIAttached" | "Standalone";
  /** Looks at the profile until Intersight notices that a policy was changed. */
  readonly noticedAfterLooks?: number;
  /** The deployments, counted from 1, that fail. */
  readonly failing?: readonly number[];
  /** Tokens that this service does not know. */
  readonly without?: readonly string[];
  /** BIOS tokens that are kept by another tool: changes are accepted and lost. */
  readonly kept?: readonly string[];
}

export const moids = {
  organization: "5ddea9a06972652d33a0c001",
  profile: "6112ab3c77696e2d31a0c002",
  policy: "6112ab3c7465732d33a0c003",
  server: "6112ab3c76752d3139a0c004",
  otherServer: "6112ab3c76752d3139a0c005",
} as const;

const tokens = [
  ["CbsCmnCpuSevAsidSpaceLimit", "CbsCmnCpuSmee", "CbsCmnGnbNbIommu", "CbsDbgCpuSnpMemCover", "CbsSevSnpSupport"],
  ["CpuPaLimit", "EnableMktme", "EnableSgx", "EnableTdx", "EnableTdxSeamldr", "EnableTme", "EpochUpdate"],
  ["ExtendedApic", "IntelVtForDirectedIo", "PrmrrSize", "Sev", "SgxAutoRegistrationAgent", "SgxFactoryReset"],
  ["SgxPackageInfoInBandAccess", "Smee", "SrIov", "SvmMode"],
].flat();

export class SimulatedIntersight {
  private changes = 0;
  private steps: Step[] = [];
  private context: { state: string; action: string };
  private unnoticed: number | undefined;
  readonly values: Record<string, string>;
  /** What the machine really has: set by deployments alone. */
  readonly machine: Record<string, string>;
  deployments = 0;
  restarts = 0;
  /** Deployments that asked the machine for this action. */
  factoryResets = 0;
  shared: readonly Reference[] = [];
  assigned: Reference | null = { Moid: moids.server, ObjectType: "compute.RackUnit" };
  profileChanged: string;
  policyChanged: string;

  constructor(readonly options: SimulatedOptions = {}) {
    const known = tokens.filter((name) => !options.without?.includes(name));
    this.values = Object.fromEntries(known.map((name) => [name, "platform-default"]));
    this.machine = { ...this.values };
    this.context = { state: "Associated", action: "No-op" };
    this.policyChanged = this.tick();
    this.profileChanged = this.tick();
  }

  /** Deployed, with these values in policy and machine. */
  deployed(values: Readonly<Record<string, string>>): this {
    Object.assign(this.values, values);
    Object.assign(this.machine, values);
    return this;
  }

  private tick(): string {
    return new Date(Date.UTC(2026, 10, 1) + ++this.changes * 1000).toISOString();
  }

  private become(state: string, action = "No-op"): void {
    this.context = { state, action };
    this.profileChanged = this.tick();
  }

  /** A look at the profile: what goes on goes on by one step. */
  look(): void {
    if (this.unnoticed !== undefined && this.unnoticed-- <= 0) {
      this.unnoticed = undefined;
      this.steps = [{ state: "Evaluating" }, { state: "Pending-changes" }];
    }
    const step = this.steps.shift();
    if (!step) return;
    if (step.done) this.finish();
    this.become(step.state, step.action);
  }

  patchPolicy(body: Readonly<Record<string, unknown>>): void {
    let changed = false;
    for (const [name, value] of Object.entries(body)) {
      if (this.options.kept?.includes(name) || this.values[name] === value) continue;
      this.values[name] = String(value);
      changed = true;
    }
    this.policyChanged = this.tick();
    if (changed && this.context.action === "No-op") this.unnoticed = this.options.noticedAfterLooks ?? 0;
  }

  /** Whether the order is one that starts a deployment now. */
  accepts(body: Readonly<Record<string, unknown>>): boolean {
    const actions = Array.isArray(body.ScheduledActions) ? (body.ScheduledActions as { Action: string }[]) : [];
    const deploys = body.Action === "Deploy" || actions.some(({ Action }) => Action === "Deploy");
    return deploys && this.context.action === "No-op";
  }

  deploy(body: Readonly<Record<string, unknown>>): void {
    this.deployments++;
    this.unnoticed = undefined;
    const scheduled = Array.isArray(body.ScheduledActions)
      ? (body.ScheduledActions as { Action: string; ProceedOnReboot: boolean }[])
      : undefined;
    const standalone = this.options.targetPlatform === "Standalone";
    const restarts = scheduled?.some(({ Action, ProceedOnReboot }) => Action === "Activate" && ProceedOnReboot);
    this.become("Validating", "Deploy");
    if (this.options.failing?.includes(this.deployments)) this.steps = [{ state: "Failed" }];
    else if (restarts || standalone)
      this.steps = [
        { state: "Configuring", action: "Deploy" },
        { state: "Activating", action: "Activate" },
        { state: "Associated", done: true },
      ];
    // Handed over, but in force only after a restart that nobody acknowledged.
    else this.steps = [{ state: "Configuring", action: "Deploy" }, { state: "Pending-changes" }];
  }

  private finish(): void {
    this.restarts++;
    if (this.values.SgxFactoryReset === "enabled") this.factoryResets++;
    Object.assign(this.machine, this.values);
  }

  get objects(): Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> {
    const inside = [{ Moid: moids.server, ObjectType: "compute.RackUnit" }];
    const organization = { Moid: moids.organization, ObjectType: "organization.Organization" };
    const cpu = { Vendor: this.options.cpuVendor ?? "Intel(R) Corporation", Model: "", Presence: "equipped" };
    const self = { Moid: moids.profile, ObjectType: "server.Profile" };
    return {
      "/organization/Organizations": [{ ...organization, Name: "ai" }],
      "/server/Profiles": [
        {
          ...self,
          ClassId: "server.Profile",
          Name: "gpu-node-1",
          ModTime: this.profileChanged,
          TargetPlatform: this.options.targetPlatform ?? "FIAttached",
          Organization: organization,
          AssignedServer: this.assigned,
          AssociatedServer: this.assigned,
          ConfigContext: {
            ConfigState: this.context.state,
            ConfigStateSummary: this.context.state === "Pending-changes" ? "Inconsistent" : this.context.state,
            ControlAction: this.context.action,
            ErrorState: this.context.state === "Failed" ? "Config-error" : "",
            InconsistencyReason: this.context.state === "Pending-changes" ? ["Pending-changes"] : [],
            OperState: this.context.state === "Failed" ? "Failed" : "Ok",
          },
          ConfigChanges: { Changes: this.context.state === "Pending-changes" ? ["BIOS Policy"] : [] },
          ConfigChangeContext: { ConfigChangeState: "Ok", ConfigChangeError: "" },
        },
      ],
      "/bios/Policies": [
        {
          ...this.values,
          Moid: moids.policy,
          ObjectType: "bios.Policy",
          Name: "gpu-node-1-bios",
          ModTime: this.policyChanged,
          Profiles: [self, ...this.shared],
        },
      ],
      "/compute/PhysicalSummaries": [
        {
          Moid: moids.server,
          Serial: "WZP00000001",
          Model: "UCSC-885A-M8",
          Vendor: "Cisco Systems Inc",
          OperPowerState: "on",
        },
      ],
      "/processor/Units": [
        { ...cpu, Ancestors: inside },
        { ...cpu, Ancestors: inside },
      ],
      "/firmware/RunningFirmwares": [
        { Version: "C885A.4.3.6a.0", BiosUnit: { Moid: "6112ab3c76752d3139a0c009" }, Ancestors: inside },
        { Version: "4.3(6.250060)", BiosUnit: null, Ancestors: inside },
      ],
    };
  }
}
