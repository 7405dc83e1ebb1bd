import type { ElkExtendedEdge, ElkNode } from "elkjs";
import ELK from "elkjs/lib/elk.bundled.js";
import type { Graph, GraphFlow, GraphRegion } from "./diagram";
import { titlesOf } from "./diagram";
import type { Box, LaidOutDiagram } from "./document";

/** Letters are measured without a screen: wide enough for the system fonts of all platforms. */
const letter = { head: 8, small: 6.8, label: 6.8 };
const line = { head: 19, small: 16, label: 15 };
const padding = { x: 14, y: 11 };

/** ELK's layered layout: no clock and no chance in it, nested regions, and labels that lie on nothing else. */
const options = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.randomSeed": "1",
  "elk.layered.spacing.nodeNodeBetweenLayers": "36",
  "elk.spacing.nodeNode": "26",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "16",
  "elk.spacing.edgeLabel": "5",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.json.edgeCoords": "ROOT",
};

interface Laid extends ElkNode {
  edges?: ElkExtendedEdge[];
}

/** Gives every part of the graph its place. */
export async function laidOut(graph: Graph): Promise<LaidOutDiagram> {
  const elk = new ELK();
  const root: Laid = await elk.layout({
    id: "root",
    layoutOptions: { ...options, "elk.padding": "[top=12,left=12,bottom=12,right=12]" },
    children: graph.regions.map(regionNode),
    edges: graph.flows.map(edgeOf),
  });
  const regions: LaidOutDiagram["regions"][number][] = [];
  const nodes: LaidOutDiagram["nodes"][number][] = [];
  const visit = (node: ElkNode, region: GraphRegion, x: number, y: number) => {
    const box = boxOf(node, x, y);
    regions.push({ ...box, kind: region.kind, lines: region.lines });
    for (const child of node.children ?? []) {
      const inner = region.regions.find(({ id }) => id === child.id);
      const own = region.nodes.find(({ id }) => id === child.id);
      if (inner) visit(child, inner, box.x, box.y);
      if (own) nodes.push({ ...boxOf(child, box.x, box.y), lines: own.lines });
    }
  };
  for (const [index, region] of graph.regions.entries()) {
    const node = root.children?.[index];
    if (node) visit(node, region, 0, 0);
  }
  return {
    title: graph.title,
    description: descriptionOf(graph),
    width: rounded(root.width ?? 0),
    height: rounded(root.height ?? 0),
    regions,
    nodes,
    flows: graph.flows.map((flow, index) => flowOf(flow, root.edges?.[index])),
  };
}

function regionNode(region: GraphRegion): ElkNode {
  const head = headSize(region.lines);
  return {
    id: region.id,
    layoutOptions: {
      "elk.padding": `[top=${head.height + 24},left=16,bottom=16,right=16]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      // Of nested regions that are laid out downwards, ELK 0.12.1 takes the two the other way round.
      "elk.nodeSize.minimum": `(${head.height + 30}, ${head.width + 32})`,
    },
    children: [...region.nodes.map(({ id, lines }) => ({ id, ...cardSize(lines) })), ...region.regions.map(regionNode)],
  };
}

function edgeOf({ from, to, label, back }: GraphFlow, index: number): ElkExtendedEdge {
  return {
    id: `flow-${index}`,
    sources: [back ? to : from],
    targets: [back ? from : to],
    labels: [
      {
        text: label,
        width: label.length * letter.label + 10,
        height: line.label + 4,
        layoutOptions: { "elk.edgeLabels.placement": "CENTER" },
      },
    ],
  };
}

function flowOf(flow: GraphFlow, edge: ElkExtendedEdge | undefined): LaidOutDiagram["flows"][number] {
  const section = edge?.sections?.[0];
  const [label] = edge?.labels ?? [];
  if (!section || !label) throw new Error(`flow ${flow.label} from ${flow.from} to ${flow.to} was given no place`);
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  return {
    kind: flow.kind,
    points: (flow.back ? points.reverse() : points).map(({ x, y }) => ({ x: rounded(x), y: rounded(y) })),
    label: { ...boxOf(label, 0, 0), lines: [flow.label] },
  };
}

const headSize = (lines: readonly string[]) => sizeOf(lines, 0);
const cardSize = (lines: readonly string[]) => {
  const { width, height } = sizeOf(lines, padding.x);
  return { width, height: height + padding.y * 2 };
};

/** The first line is a head, the others are small. */
function sizeOf(lines: readonly string[], side: number): { width: number; height: number } {
  const widths = lines.map((text, index) => text.length * (index === 0 ? letter.head : letter.small));
  return {
    width: Math.ceil(Math.max(60, ...widths)) + side * 2,
    height: line.head + Math.max(0, lines.length - 1) * line.small,
  };
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>, left: number, top: number): Box {
  return { x: rounded(left + x), y: rounded(top + y), width: rounded(width), height: rounded(height) };
}

const rounded = (value: number) => Math.round(value * 10) / 10;

/** The picture in words, for who does not see it. */
function descriptionOf(graph: Graph): string {
  const titles = titlesOf(graph);
  return `${graph.flows.map(({ from, to, label }) => `${titles.get(from)} to ${titles.get(to)}: ${label}`).join(". ")}.`;
}
