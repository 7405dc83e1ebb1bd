import { z } from "zod";

/** What is read of Redfish's resources (DMTF DSP0268); everything else in them is left alone. */

const link = z.looseObject({ "@odata.id": z.string().min(1) });
const text = z.string().nullish();

export const rootSchema = z.looseObject({ Links: z.looseObject({ Sessions: link.optional() }).nullish() });

export const collectionSchema = z.looseObject({ Members: z.array(link).max(2000) });

const action = z.looseObject({ target: z.string().min(1) });

export const systemSchema = z.looseObject({
  Id: z.string(),
  Manufacturer: text,
  Model: text,
  SerialNumber: text,
  /** Dell's service tag and its likes. */
  SKU: text,
  BiosVersion: text,
  PowerState: text,
  LastResetTime: text,
  BootProgress: z.looseObject({ LastState: text }).nullish(),
  ProcessorSummary: z.looseObject({ Model: text, Count: z.number().nullish() }).nullish(),
  Processors: link.nullish(),
  Bios: link.nullish(),
  Links: z.looseObject({ ManagedBy: z.array(link).nullish() }).nullish(),
  Oem: z.looseObject({ Hpe: z.looseObject({ PostState: text }).nullish() }).nullish(),
  Actions: z
    .looseObject({
      "#ComputerSystem.Reset": action
        .extend({ "ResetType@Redfish.AllowableValues": z.array(z.string()).nullish() })
        .nullish(),
    })
    .nullish(),
});
export type System = z.infer<typeof systemSchema>;

export const processorSchema = z.looseObject({ ProcessorType: text, Manufacturer: text, Model: text });

const message = z.looseObject({ Message: text, MessageId: text, Severity: text, MessageSeverity: text });

const attributeValue = z.union([z.string(), z.number(), z.boolean()]);
/** A value that firmware leaves open is none. */
const attributes = z.record(z.string(), attributeValue.nullable());

export const biosSchema = z.looseObject({
  AttributeRegistry: text,
  Attributes: attributes.nullish(),
  "@odata.etag": text,
  "@Redfish.Settings": z
    .looseObject({
      SettingsObject: link.nullish(),
      SupportedApplyTimes: z.array(z.string()).nullish(),
      Messages: z.array(message).nullish(),
    })
    .nullish(),
});
export type Bios = z.infer<typeof biosSchema>;

export const settingsSchema = z.looseObject({ Attributes: attributes.nullish(), "@odata.etag": text });

export const registryFileSchema = z.looseObject({
  Registry: text,
  Location: z.array(z.looseObject({ Language: text, Uri: text })),
});

const dependency = z.looseObject({
  Type: text,
  DependencyFor: text,
  Dependency: z
    .looseObject({
      MapFrom: z
        .array(
          z.looseObject({
            MapFromAttribute: text,
            MapFromProperty: text,
            MapFromCondition: text,
            MapFromValue: attributeValue.nullish(),
            MapTerms: text,
          }),
        )
        .nullish(),
      MapToAttribute: text,
      MapToProperty: text,
      MapToValue: attributeValue.nullish(),
    })
    .nullish(),
});
export type Dependency = z.infer<typeof dependency>;

const registered = z.looseObject({
  AttributeName: z.string().min(1),
  DisplayName: text,
  Type: text,
  ReadOnly: z.boolean().nullish(),
  GrayOut: z.boolean().nullish(),
  Hidden: z.boolean().nullish(),
  LowerBound: z.number().nullish(),
  UpperBound: z.number().nullish(),
  Value: z.array(z.looseObject({ ValueName: z.string() })).nullish(),
});
export type RegistryEntry = z.infer<typeof registered>;

export const registrySchema = z.looseObject({
  RegistryEntries: z.looseObject({
    Attributes: z.array(registered).max(20_000),
    Dependencies: z.array(dependency).max(50_000).nullish(),
  }),
});

export const managerSchema = z.looseObject({
  Actions: z.looseObject({ "#Manager.Reset": action.nullish() }).nullish(),
});

export const jobSchema = z.looseObject({ Id: text, Name: text, JobType: text, JobState: text, Message: text });
export const jobsSchema = z.looseObject({ Members: z.array(jobSchema).max(2000) });

const errorSchema = z.looseObject({
  error: z.looseObject({ message: text, "@Message.ExtendedInfo": z.array(message).nullish() }).nullish(),
  "@Message.ExtendedInfo": z.array(message).nullish(),
});

/** The sentences of an answer that refuses. */
export function messagesOf(body: unknown): readonly string[] {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return [];
  const { error } = parsed.data;
  const extended = error?.["@Message.ExtendedInfo"] ?? parsed.data["@Message.ExtendedInfo"] ?? [];
  const said = extended.flatMap(({ Message, MessageId }) => Message ?? MessageId ?? []);
  return said.length > 0 ? said : error?.message ? [error.message] : [];
}
