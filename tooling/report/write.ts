import { writeWhole } from "../files";
import { html } from "./html/page";
import { markdown } from "./markdown";
import { modelOf } from "./model";
import type { FactoryReading } from "./reading";
import { reportDocument } from "./reportDocument";

export const formats = ["html", "markdown"] as const;
export type Format = (typeof formats)[number];

/** The report's text. The same reading gives the same bytes. */
export async function reportText(reading: FactoryReading, format: Format): Promise<string> {
  const document = await reportDocument(modelOf(reading));
  return format === "html" ? html(document) : markdown(document);
}

/** Writes each file whole, in the format that it is named with. */
export async function writeReport(
  reading: FactoryReading,
  files: Readonly<Partial<Record<Format, string>>>,
): Promise<string[]> {
  const document = await reportDocument(modelOf(reading));
  return formats.flatMap((format) => {
    const path = files[format];
    if (path === undefined) return [];
    writeWhole(path, format === "html" ? html(document) : markdown(document));
    return [path];
  });
}
