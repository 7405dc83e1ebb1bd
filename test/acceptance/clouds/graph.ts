/** What an exported state says of one resource. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

/** The graph of a stack as the engine keeps it: by it, resources are made and removed. */
export class Graph {
  private readonly byUrn: ReadonlyMap<string, Resource>;

  constructor(readonly resources: readonly Resource[]) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  }

  ofType(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  only(type: string): Resource {
    const [found, ...others] = this.ofType(type);
    if (!found || others.length > 0) throw new Error(`${type}: ${others.length + (found ? 1 : 0)} of them`);
    return found;
  }

  /** Whether one is there before the other is begun, directly or through others. */
  isBefore(first: Resource, then: Resource): boolean {
    const seen = new Set<string>();
    const waits = (urn: string): boolean => {
      if (urn === first.urn) return true;
      if (seen.has(urn)) return false;
      seen.add(urn);
      const { dependencies = [], propertyDependencies = {} } = this.byUrn.get(urn) ?? {};
      return [...dependencies, ...Object.values(propertyDependencies).flat()].some(waits);
    };
    return first.urn !== then.urn && waits(then.urn);
  }

  /** Settings of the provider that a resource is made by; undefined for one that the engine chose by itself. */
  providerOf(resource: Resource): Readonly<Record<string, unknown>> | undefined {
    const urn = resource.provider?.split("::").slice(0, -1).join("::") ?? "";
    const provider = this.byUrn.get(urn);
    return provider && !/::default(_[\d_]+)?$/.test(urn) ? (provider.inputs ?? {}) : undefined;
  }
}
