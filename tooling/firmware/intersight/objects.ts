import { z } from "zod";

/**
 * What is read of Intersight's objects, by the property names of CiscoDevNet/intersight-go cb1ffa2: `ServerProfile`,
 * `PolicyConfigContext`, `PolicyConfigChange`, `BiosPolicy`, `ComputePhysicalSummary`, `ProcessorUnit`,
 * `FirmwareRunningFirmware`. Properties may be null or absent.
 */
const text = z.string().nullish();
/** Ids come from the service and go into paths and filters: nothing but letters and digits gets there. */
const id = z.string().regex(/^[A-Za-z0-9]{1,64}$/);
const reference = z.object({ Moid: id, ObjectType: text });

export const namedSchema = z.object({ Moid: id, Name: z.string() });

export const profileSchema = z.object({
  Moid: id,
  Name: z.string(),
  ModTime: z.iso.datetime(),
  TargetPlatform: text,
  AssignedServer: reference.nullish(),
  AssociatedServer: reference.nullish(),
  ConfigContext: z
    .object({
      ConfigState: text,
      ConfigStateSummary: text,
      ControlAction: text,
      ErrorState: text,
      InconsistencyReason: z.array(z.string()).nullish(),
      OperState: text,
    })
    .nullish(),
  ConfigChanges: z.object({ Changes: z.array(z.string()).nullish() }).nullish(),
  ConfigChangeContext: z.object({ ConfigChangeState: text, ConfigChangeError: text }).nullish(),
});
export type ServerProfile = z.infer<typeof profileSchema>;

/** Loose, as the tokens are its other properties. */
export const policySchema = z.looseObject({
  Moid: id,
  Name: z.string(),
  ModTime: z.iso.datetime(),
  Profiles: z.array(reference).nullish(),
});
export type BiosPolicy = z.infer<typeof policySchema>;

export const serverSchema = z.object({
  Moid: id,
  Serial: z.string().min(1),
  Model: text,
  Vendor: text,
  OperPowerState: text,
});

export const processorSchema = z.object({ Vendor: text, Model: text, Presence: text });

export const firmwareSchema = z.object({ Version: text, BiosUnit: reference.nullish() });

/** What a query answers with; no `Results` at all where nothing was found. */
export const found = <T extends z.ZodType>(schema: T) => z.object({ Results: z.array(schema).nullish() });
