import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider";
import { changedPaths, concerns } from "./change";
import { typeProblems } from "./check";
import type { Account, CloudRules } from "./cloud";
import type { SdkTypes } from "./sdk/types";
import { fill, fillText, over, placesOf } from "./template";
import type { Scope } from "./template";
import { keepSecret, unwrapAll } from "./wire";

type Values = Readonly<Record<string, unknown>>;

/**
 * SIMULATED: stands in for a cloud's provider plugin. Refuses inputs that the SDK's types refuse, and answers with ids and
 * outputs of the form that the cloud gives. Nothing is made anywhere; what was made is in the engine's state alone.
 */
export class SimulatedProvider implements Provider {
  readonly version: string;
  /** Who made an id in this run: a cloud has room for one. */
  private readonly owners = new Map<string, string>();

  constructor(
    private readonly types: SdkTypes,
    private readonly rules: CloudRules,
    private readonly account: Account,
  ) {
    this.version = types.version;
  }

  async check(urn: string, olds: unknown, news: Values): Promise<CheckResult> {
    const token = tokenOf(urn);
    const reasons = typeProblems(this.types, token, news);
    if (reasons.length > 0) return { inputs: news, failures: reasons.map(failure) };
    const inputs = this.named(urn, unwrapAll(olds), news);
    const { fixed } = this.row(token);
    const before = unwrapAll(olds);
    if (fixed !== undefined && Object.keys(before).length > 0) {
      const paths = changedPaths(before, unwrapAll(inputs));
      if (paths.length > 0 && !paths.some((path) => concerns(path, this.replacing(token))))
        return { inputs, failures: [failure(`${paths.join(", ")}: cannot be changed; ${fixed}`)] };
    }
    return { inputs };
  }

  async diff(id: string, urn: string, olds: unknown, news: Values): Promise<DiffResult> {
    const token = tokenOf(urn);
    const args = Object.keys(this.types.resource(token)?.args.properties ?? {});
    const [before, after] = [unwrapAll(olds), unwrapAll(this.outputs(token, id, news))];
    const paths = args.flatMap((name) => changedPaths(before[name], after[name], name));
    const replaces = paths.filter((path) => concerns(path, this.replacing(token)));
    // The old one's name has to be free before the new one is made.
    return { changes: paths.length > 0, replaces, deleteBeforeReplace: replaces.length > 0 };
  }

  async create(urn: string, inputs: Values): Promise<CreateResult> {
    const token = tokenOf(urn);
    const id = this.idFor(token, inputs);
    const owner = this.owners.get(id);
    if (owner !== undefined && owner !== urn)
      throw new Error(`${id} is there already, made as ${owner.split("::").at(-1)}; give one of them another name`);
    this.owners.set(id, urn);
    return { id, outs: plain(this.outputs(token, id, inputs)) };
  }

  async update(id: string, urn: string, _olds: unknown, news: Values): Promise<UpdateResult> {
    return { outs: plain(this.outputs(tokenOf(urn), id, news)) };
  }

  /** What is in the state is as it was left; what was never in one is taken from the parts of its id. */
  async read(id: string, urn: string, props: Values = {}): Promise<ReadResult> {
    if (Object.keys(props).length > 0) return { id, props };
    const token = tokenOf(urn);
    const parts = partsIn(id, this.idTemplate(token));
    if (!parts) throw new Error(`${id} is no id of ${token}; write one as ${this.idTemplate(token)}`);
    return { id, props: plain(this.outputs(token, id, parts)) };
  }

  async delete(id: string): Promise<void> {
    this.owners.delete(id);
  }

  async invoke(token: string, args: Values): Promise<InvokeResult> {
    const answer = this.rules.functions[token];
    if (!answer)
      throw new Error(
        `${token} asks the cloud, and a plan without a network has no answer; pass the value as configuration, or plan with \`pulumi preview\``,
      );
    return { outputs: fill(answer, { seed: token, values: this.values(unwrapAll(args)) }) };
  }

  private row(token: string) {
    return this.rules.rows[token] ?? {};
  }

  private idTemplate(token: string): string {
    return this.row(token).id ?? this.rules.idOf(token, this.types);
  }

  private idFor(token: string, inputs: Values): string {
    const values = this.values(unwrapAll(inputs));
    return fillText(this.idTemplate(token), { seed: token, values }).replace(/^\/+/, "/");
  }

  /** Values for templates: the account's, and over them the resource's own. */
  private values(own: Values): Values {
    return { ...this.rules.account(this.account), ...own };
  }

  private named(urn: string, olds: Values, news: Values): Values {
    const token = tokenOf(urn);
    const { property, name } = this.rules.autoName(token, urn, this.idTemplate(token));
    const own = this.types.resource(token)?.args.properties[property];
    if (!own?.optional || (news[property] !== undefined && news[property] !== null)) return news;
    return { ...news, [property]: olds[property] ?? name };
  }

  /** Properties whose change makes it another resource: those in its id, its place, and what its row or the SDK says. */
  private replacing(token: string): string[] {
    const args = this.types.resource(token)?.args.properties ?? {};
    return [
      ...placesOf(this.idTemplate(token)),
      ...this.rules.placing,
      ...(this.row(token).replaces ?? []),
      ...Object.keys(args).filter((name) => args[name]?.replaces),
    ];
  }

  private outputs(token: string, id: string, inputs: Values): Values {
    const resource = this.types.resource(token);
    const own = unwrapAll(inputs);
    const outputs = Object.keys(resource?.outputs ?? {});
    const common = this.rules.common({ token, id, inputs: own, account: this.account, outputs });
    const name = own.name ?? common.name ?? id.split("/").at(-1);
    const scope: Scope = { seed: id, values: { ...this.values(own), ...common, ...own, id, name } };
    const made = over(common, fill(this.row(token).outputs ?? {}, scope)) as Values;
    const laid = over(own, made) as Values;
    const touched = Object.fromEntries(Object.keys(made).map((key) => [key, laid[key]]));
    return { ...this.generic(resource, own), ...inputs, ...keepSecret(touched, inputs) };
  }

  /** Outputs that no row knows: of their type, and saying that they are made up. */
  private generic(resource: ReturnType<SdkTypes["resource"]>, own: Values): Values {
    const made = {
      string: (name: string) => `SIMULATED-${name}`,
      number: () => 0,
      boolean: () => false,
      array: () => [],
    };
    return Object.fromEntries(
      Object.entries(resource?.outputs ?? {}).flatMap(([name, kind]) =>
        kind === "other" || name in own || name in (resource?.args.properties ?? {}) ? [] : [[name, made[kind](name)]],
      ),
    );
  }
}

/** What the wire can carry: nothing undefined. */
const plain = (values: Values) => JSON.parse(JSON.stringify(values)) as Values;

const failure = (reason: string) => ({ property: "", reason });

/** `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>` */
function tokenOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Values of a template's places in an id; undefined where the id is not of that form. */
function partsIn(id: string, template: string): Values | undefined {
  const names: string[] = [];
  const pattern = template.replace(
    /\{([\w.]+)(?::last)?\}|[^{]+/g,
    (text, place: string | undefined, offset: number) => {
      if (place === undefined) return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(place);
      // A place in front may be a path of its own: a scope, a key ring.
      return offset <= 1 ? "(.+)" : "([^/]+)";
    },
  );
  const found = new RegExp(`^${pattern}$`).exec(id);
  return found ? Object.fromEntries(names.map((name, index) => [name, found[index + 1]])) : undefined;
}
