/** What a rule has against a resource. */
export interface Finding {
  /** Property path from the resource's inputs, e.g. `spec.containers[0].image`; `#` enters a document held in a string. */
  readonly path: string;
  /** The value as it may be shown; absent where it could be a secret, or long, or is not a plain value. */
  readonly value?: string;
  /** One sentence: what is wrong with it. */
  readonly message: string;
}

const plainKey = /^[A-Za-z_][\w-]*$/;
const longestShown = 100;

/**
 * A value inside a resource and the path that leads to it.
 *
 * Lazy: reading a value that is not known until `up` throws (see evaluate.ts), so a value is read only when a rule asks
 * what it is. A rule then fails to evaluate only because of what it looks at.
 */
export class Place {
  private cached: { readonly value: unknown } | undefined;

  private constructor(
    private readonly read: () => unknown,
    readonly path: string,
    private readonly secret: boolean,
    /** The same as keys and indices; undefined inside a document, where nothing can be written. */
    readonly steps: readonly (string | number)[] | undefined,
  ) {}

  static root(value: unknown): Place {
    return new Place(() => value, "", false, []);
  }

  /** Undefined where there is nothing; Kubernetes treats null alike. */
  get value(): unknown {
    this.cached ??= { value: this.read() ?? undefined };
    return this.cached.value;
  }

  /** Follows keys and indices; a missing link gives a place without a value. */
  at(...keys: readonly (string | number)[]): Place {
    return keys.reduce<Place>((place, key) => place.child(key), this);
  }

  /** The elements of a list; none if this is not a list. */
  items(): Place[] {
    return Array.isArray(this.value) ? Array.from({ length: this.value.length }, (_, index) => this.child(index)) : [];
  }

  /** Names of an object's properties, read without reading their values. */
  keys(): string[] {
    return isObject(this.value) ? Object.keys(this.value) : [];
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  /** Whether the value, or its absence, is known already. */
  get known(): boolean {
    try {
      void this.value;
      return true;
    } catch (error) {
      if (unknownPath(error) === undefined) throw error;
      return false;
    }
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  /** Kubernetes quantities and counts that are plain integers, written as number or string. */
  get count(): number | undefined {
    if (typeof this.value === "number") return this.value;
    return this.text !== undefined && /^\d+$/.test(this.text) ? Number(this.text) : undefined;
  }

  /** A parsed document that this string holds. */
  document(parsed: unknown): Place {
    return new Place(() => parsed, `${this.path}#`, this.secret, undefined);
  }

  /** The same place, and everything below it, with values that are never shown. */
  hidden(): Place {
    return new Place(() => this.value, this.path, true, this.steps);
  }

  finding(message: string): Finding {
    const value = this.secret || !this.known ? undefined : shown(this.value);
    return { path: this.path, ...(value === undefined ? {} : { value }), message };
  }

  private child(key: string | number): Place {
    const step = typeof key === "number" ? `[${key}]` : plainKey.test(key) ? key : `["${key}"]`;
    const dot = this.path === "" || this.path.endsWith("#") || step.startsWith("[") ? "" : ".";
    const read = () => {
      const holder = this.value;
      const owned = typeof holder === "object" && holder !== null && Object.hasOwn(holder, key);
      return owned ? (holder as Record<string | number, unknown>)[key] : undefined;
    };
    return new Place(read, `${this.path}${dot}${step}`, this.secret, this.steps && [...this.steps, key]);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without line breaks and control characters: what stands in a document must not be able to forge lines of a report. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

function shown(value: unknown): string | undefined {
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value !== "string") return undefined;
  const line = oneLine(value);
  return JSON.stringify(line.length > longestShown ? `${line.slice(0, longestShown)}…` : line);
}

/**
 * The property path of the policy SDK's UnknownValueError, undefined for any other error. Told by its shape: the class is
 * not exported.
 */
export function unknownPath(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("unknownTypeSentinel" in error) || !("props" in error)) return undefined;
  return Array.isArray(error.props) ? error.props.map(String).join(".") : undefined;
}
