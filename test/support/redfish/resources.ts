import type { MachineArgs, SimulatedMachine } from "./machine";

/** Paths of one vendor's controller. */
export interface Layout {
  readonly system: string;
  readonly manager: string;
  readonly settings: string;
  readonly registry: string;
  /** Members of Systems, in the order that they are listed. */
  readonly systems: readonly string[];
  /** Whether the Registries collection leads to the registry. */
  readonly listed: boolean;
}

export const layouts: Readonly<Record<MachineArgs["vendor"], Layout>> = {
  dell: {
    system: "/redfish/v1/Systems/System.Embedded.1",
    manager: "/redfish/v1/Managers/iDRAC.Embedded.1",
    settings: "/redfish/v1/Systems/System.Embedded.1/Bios/Settings",
    registry: "/redfish/v1/Systems/System.Embedded.1/Bios/BiosRegistry",
    systems: ["/redfish/v1/Systems/HGX_Baseboard_0", "/redfish/v1/Systems/System.Embedded.1"],
    listed: false,
  },
  hpe: {
    system: "/redfish/v1/Systems/1",
    manager: "/redfish/v1/Managers/1",
    settings: "/redfish/v1/systems/1/bios/settings",
    registry: "/redfish/v1/registrystore/registries/en/biosattributeregistrya56.v1_1_10",
    systems: ["/redfish/v1/Systems/1"],
    listed: true,
  },
  lenovo: {
    system: "/redfish/v1/Systems/1",
    manager: "/redfish/v1/Managers/1",
    settings: "/redfish/v1/Systems/1/Bios/Pending",
    registry: "/redfish/v1/schemas/registries/BiosAttributeRegistry.1.0.0.json",
    systems: ["/redfish/v1/Systems/1"],
    listed: false,
  },
};

const link = (path: string) => ({ "@odata.id": path });
export const collection = (paths: readonly string[]) => ({ Members: paths.map(link) });
const manufacturers = { dell: "Dell Inc.", hpe: "HPE", lenovo: "Lenovo" } as const;

/** What GET answers, or undefined where nothing is. */
export function resource(machine: SimulatedMachine, path: string): unknown {
  const { args } = machine;
  const layout = layouts[args.vendor];
  const bios = layout.settings.replace(/\/[^/]+$/, "");
  switch (path) {
    case "/redfish/v1/Systems":
      return collection(layout.systems);
    case layout.system:
      machine.read();
      return system(machine, layout, bios);
    case "/redfish/v1/Systems/HGX_Baseboard_0":
      return { Id: "HGX_Baseboard_0", Manufacturer: "NVIDIA", SerialNumber: "board", PowerState: "On" };
    case `${layout.system}/Processors`:
      return collection([`${layout.system}/Processors/CPU.Socket.1`, `${layout.system}/Processors/GPU.1`]);
    case `${layout.system}/Processors/CPU.Socket.1`:
      return { ProcessorType: "CPU", Manufacturer: args.cpu === "amd" ? "AMD" : "Intel", Model: "one" };
    case `${layout.system}/Processors/GPU.1`:
      return { ProcessorType: "GPU", Manufacturer: "NVIDIA", Model: "H100 beside Intel or AMD" };
    case bios:
      return {
        AttributeRegistry: args.vendor === "hpe" ? "BiosAttributeRegistryA56.v1_1_10" : "BiosAttributeRegistry.1.0.0",
        Attributes: machine.values(),
        ...(args.vendor !== "lenovo" && {
          "@Redfish.Settings": {
            SettingsObject: link(layout.settings),
            ...(args.vendor === "dell" && args.takesApplyTime !== false && { SupportedApplyTimes: ["OnReset"] }),
            Messages: [{ Message: "The settings of the last start were looked at." }],
          },
        }),
      };
    case layout.settings:
      // iDRAC lists changes alone, the others all values as they will be.
      return { Attributes: args.vendor === "dell" ? machine.pending : { ...machine.values(), ...machine.pending } };
    case "/redfish/v1/Registries":
      return collection(layout.listed ? ["/redfish/v1/Registries/BiosAttributeRegistryA56.v1_1_10"] : []);
    case "/redfish/v1/Registries/BiosAttributeRegistryA56.v1_1_10":
      return {
        Registry: "BiosAttributeRegistryA56.v1_1_10",
        Location: [
          { Language: "ja", Uri: "/redfish/v1/nowhere" },
          { Language: "en", Uri: layout.registry },
        ],
      };
    case layout.registry:
      return registry(machine);
    case layout.manager:
      return { Actions: { "#Manager.Reset": { target: `${layout.manager}/Actions/Manager.Reset` } } };
    case `${layout.manager}/Jobs`:
      return args.vendor === "dell" ? { Members: machine.jobs } : undefined;
    default:
      return undefined;
  }
}

function system(machine: SimulatedMachine, layout: Layout, bios: string) {
  const { args } = machine;
  const post = machine.starting ? "InPost" : "FinishedPost";
  return {
    Id: layout.system.split("/").at(-1),
    Manufacturer: manufacturers[args.vendor],
    Model: "SIMULATED",
    SerialNumber: args.serial ?? "SERIAL1",
    ...(args.vendor === "dell" && { SKU: args.serial ?? "SERIAL1", SerialNumber: "board-of-it" }),
    BiosVersion: "2.7.5",
    PowerState: machine.power,
    ...(args.tellsLastStart !== false && { LastResetTime: `start ${machine.restarts}` }),
    ...(args.vendor === "hpe"
      ? { Oem: { Hpe: { PostState: post } } }
      : { BootProgress: { LastState: machine.starting ? "MemoryInitializationStarted" : "OSRunning" } }),
    ProcessorSummary: { Model: args.cpu === "amd" ? "AMD EPYC 9654" : "Intel(R) Xeon(R) Platinum 8592+" },
    Processors: link(`${layout.system}/Processors`),
    Bios: link(bios),
    Links: { ManagedBy: [link(layout.manager)] },
    Actions: {
      "#ComputerSystem.Reset": {
        target: `${layout.system}/Actions/ComputerSystem.Reset`,
        "ResetType@Redfish.AllowableValues": ["On", "ForceOff", "GracefulRestart", "ForceRestart"],
      },
    },
  };
}

/** iDRAC says in the registry itself what is read-only now; the others say by which dependency. */
function registry(machine: SimulatedMachine) {
  const { attributes, vendor } = machine.args;
  const entries = Object.entries(attributes);
  return {
    RegistryEntries: {
      Attributes: entries.map(([name, { display, type = "Enumeration", allowed }]) => ({
        AttributeName: name,
        DisplayName: display,
        Type: type,
        ReadOnly: vendor === "dell" && machine.isReadOnly(name),
        ...(allowed && { Value: allowed.map((ValueName) => ({ ValueName })) }),
        ...(type === "Integer" && { LowerBound: 1, UpperBound: 1000 }),
      })),
      Dependencies:
        vendor === "dell"
          ? []
          : entries.flatMap(([name, { needs = {} }]) =>
              Object.entries(needs).map(([parent, value]) => ({
                DependencyFor: name,
                Type: "Map",
                Dependency: {
                  MapFrom: [
                    {
                      MapFromAttribute: parent,
                      MapFromProperty: "CurrentValue",
                      MapFromCondition: "NEQ",
                      MapFromValue: value,
                    },
                  ],
                  MapToAttribute: name,
                  MapToProperty: "ReadOnly",
                  MapToValue: true,
                },
              })),
            ),
    },
  };
}
