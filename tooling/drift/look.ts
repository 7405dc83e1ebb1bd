import type { KubeApi } from "../controlplane/api";
import { printable } from "../ui";
import { renderChart } from "./charts";
import { ClusterLook, isSeen } from "./cluster";
import type { LookedStack, StackRole } from "./found";
import type { WantedStack } from "./state";
import type { Party, Unlooked, WantedObject } from "./types";

/** A stack whose drift is asked for. */
export interface AskedStack {
  readonly stack: WantedStack;
  readonly role: StackRole;
  readonly party: { readonly role: Party; readonly name: string };
  readonly api: KubeApi;
  readonly tenant?: string;
}

export interface LookArgs {
  readonly stacks: readonly AskedStack[];
  /** The helm program; asked for where a stack has charts. */
  readonly helm: () => Promise<string>;
  readonly signal?: AbortSignal;
}

/** Makes ready to look: renders charts. A chart that cannot be rendered is one thing that was not looked at. */
export async function prepare({
  stacks,
  helm,
  signal,
}: LookArgs): Promise<{ stacks: LookedStack[]; unlooked: Unlooked[] }> {
  const unlooked: Unlooked[] = [];
  const looked = await Promise.all(
    stacks.map(async ({ stack, role, party, api, tenant }): Promise<LookedStack> => {
      const look = new ClusterLook(api, signal);
      const { charts, unrendered } = await chartsOf(stack, look, helm, unlooked, signal);
      return { stack, role, party, look, charts, unrendered, ...(tenant !== undefined && { tenant }) };
    }),
  );
  return { stacks: looked, unlooked };
}

async function chartsOf(
  stack: WantedStack,
  look: ClusterLook,
  helm: () => Promise<string>,
  unlooked: Unlooked[],
  signal: AbortSignal | undefined,
): Promise<{ charts: WantedObject[]; unrendered: string[] }> {
  if (stack.charts.length === 0) return { charts: [], unrendered: [] };
  const tell = (what: string, why: string) => unlooked.push({ stack: stack.stackName, what, why });
  const serves = await look.serves();
  if (!isSeen(serves)) {
    tell("what its charts installed", serves.why);
    return { charts: [], unrendered: stack.charts.map(({ name }) => name) };
  }
  const unrendered: string[] = [];
  const program = await helm();
  const rendered = await Promise.all(
    stack.charts.map(async (chart) => {
      const what = `what the chart of ${chart.name} installed`;
      if (chart.sealed.length > 0) {
        tell(what, `${chart.sealed.join(", ")} is sealed in the state; name the stack with --stack to have it opened`);
        unrendered.push(chart.name);
        return [];
      }
      try {
        const { version, apiVersions } = serves.seen;
        return await renderChart(chart, {
          helm: program,
          kubernetesVersion: version,
          apiVersions,
          ...(signal && { signal }),
        });
      } catch (error) {
        signal?.throwIfAborted();
        // Helm repeats its command line, with the path of a file that is gone.
        const { stderr, message } = error as Error & { stderr?: string };
        tell(what, `it cannot be rendered: ${printable(stderr ?? message)}`);
        unrendered.push(chart.name);
        return [];
      }
    }),
  );
  return { charts: await inTheirPlaces(rendered.flat(), look), unrendered };
}

/** A chart gives a namespace to everything; the API server knows which kinds have one. */
async function inTheirPlaces(objects: readonly WantedObject[], look: ClusterLook): Promise<WantedObject[]> {
  return Promise.all(
    objects.map(async (object) => {
      const served = await look.kind(object.apiVersion, object.kind);
      if (!isSeen(served) || served.seen?.namespaced !== false) return object;
      return Object.fromEntries(
        Object.entries(object).filter(([key]) => key !== "namespace"),
      ) as unknown as WantedObject;
    }),
  );
}
