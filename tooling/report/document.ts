/**
 * What a report says, before it is HTML or Markdown: both are made of the same blocks, so that neither can say more than
 * the other. Texts may be anybody's; renderers escape all of them.
 */
export type Inline = string | Code | Strong | Badge | Link;

export interface Code {
  readonly code: string;
}
export interface Strong {
  readonly strong: string;
}
/** A word that stands out, and says by itself what its colour says. */
export interface Badge {
  readonly badge: string;
  readonly tone: Tone;
}
export const tones = ["good", "partly", "bad", "unknown", "quiet"] as const;
export type Tone = (typeof tones)[number];
/** Only https; anything else is shown as text. */
export interface Link {
  readonly link: string;
  readonly url: string;
}

/** Lines in a cell; most cells have one. */
export type Cell = readonly (readonly Inline[])[];

export type Block =
  | { readonly kind: "text"; readonly of: readonly Inline[] }
  | { readonly kind: "notice"; readonly tone: Tone; readonly of: readonly Inline[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "terms"; readonly items: readonly { readonly term: string; readonly of: Cell }[] }
  | TableBlock
  | { readonly kind: "diagram"; readonly diagram: LaidOutDiagram };

export interface TableBlock {
  readonly kind: "table";
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its head. */
  readonly rows: readonly (readonly Cell[])[];
  /** `wide`: many columns; it scrolls on a small screen rather than squeezing its words. */
  readonly wide?: boolean;
}

export interface Section {
  /** Stable: anchor of the page. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly parts?: readonly { readonly title: string; readonly blocks: readonly Block[] }[];
}

export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly simulated: boolean;
  readonly sections: readonly Section[];
}

/** Kinds of what flows, each with a colour and a line of its own. */
export const flowKinds = ["releases", "keys", "weights", "images", "prompts", "evidence", "control"] as const;
export type FlowKind = (typeof flowKinds)[number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LaidOutDiagram {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly regions: readonly (Box & { readonly kind: RegionKind; readonly lines: readonly string[] })[];
  readonly nodes: readonly (Box & { readonly lines: readonly string[] })[];
  readonly flows: readonly {
    readonly kind: FlowKind;
    readonly points: readonly { readonly x: number; readonly y: number }[];
    readonly label: Box & { readonly lines: readonly string[] };
  }[];
}

/** `tee`: inside the trust boundary. */
export const regionKinds = ["trusted", "untrusted", "neutral", "namespace", "tee"] as const;
export type RegionKind = (typeof regionKinds)[number];

export const text = (...of: readonly Inline[]): Block => ({ kind: "text", of });
export const list = (items: readonly (readonly Inline[])[]): Block => ({ kind: "list", items });
export const code = (text: string): Code => ({ code: text });
export const strong = (text: string): Strong => ({ strong: text });
export const badge = (text: string, tone: Tone): Badge => ({ badge: text, tone });
export const cell = (...of: readonly Inline[]): Cell => [of];

/** Puts a separator between inlines. */
export function joined(items: readonly Inline[], separator = ", "): Inline[] {
  return items.flatMap((item, index) => (index === 0 ? [item] : [separator, item]));
}
