import { z } from "zod";
import { nameSchema } from "./common";

/** The three parties that do not trust each other. Providers have a section of their own: there may be several. */
export const partiesSchema = z
  .strictObject({
    modelOwner: nameSchema.describe("the party that owns the weights, e.g. acme-models"),
    dataOwner: nameSchema.describe("the party whose prompts are answered, e.g. clinic-data"),
  })
  .superRefine((parties, ctx) => {
    if (parties.modelOwner === parties.dataOwner)
      ctx.addIssue({
        code: "custom",
        path: ["dataOwner"],
        message: "is the model owner too; name the party whose prompts these are",
      });
  })
  .describe("the model owner and the data owner by name");

export type Parties = z.infer<typeof partiesSchema>;
