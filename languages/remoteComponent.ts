import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

/** What a component is constructed in: the consumer's project, and a clock. */
export interface Surroundings {
  /** Directory of the consumer's project. Nothing outside of it is read. */
  readonly projectDirectory: string;
  readonly now: Date;
  /** Says something at each preview. */
  readonly warn: (text: string) => Promise<void>;
}

/** An argument that may come from other resources, unknown at preview, and be a secret. It decides about no resource. */
export interface OutsideArgument {
  readonly form: z.ZodType;
  readonly description: string;
  /** Whether it has to be a secret: anything else would have been written in plain text somewhere. Default: it may be. */
  readonly secret?: "required";
}

/** An argument that is another component of this package. */
export interface ComponentArgument<C extends pulumi.ComponentResource = pulumi.ComponentResource> {
  readonly token: string;
  readonly of: new (name: string, args: never, opts?: pulumi.ComponentResourceOptions) => C;
  readonly description: string;
}

export interface OutputForm {
  readonly type: "text" | "texts";
  /** The component's own name for it, where an argument has that name: in the SDKs both are properties of one object. */
  readonly property?: string;
  readonly description: string;
}

export type Outside = Readonly<Record<string, OutsideArgument>>;
export type References = Readonly<Record<string, ComponentArgument>>;

/** What a definition's `construct` is given: everything that could be checked has been. */
export interface Construction<S extends z.ZodType, O extends Outside, R extends References> {
  readonly name: string;
  readonly settings: z.infer<S>;
  readonly outside: { readonly [K in keyof O]: pulumi.Output<z.infer<O[K]["form"]>> };
  readonly references: { readonly [K in keyof R]: InstanceType<R[K]["of"]> };
  readonly opts: pulumi.ComponentResourceOptions;
  readonly surroundings: Surroundings;
}

/** A component as other languages see it. The schema of the package is made of these, and arguments are checked by them. */
export interface Definition<S extends z.ZodType, O extends Outside, R extends References> {
  readonly token: string;
  readonly description: string;
  /** Decides what is placed: known at preview, and no secret, since it ends up in plain objects. */
  readonly settings: S;
  readonly outside?: O;
  readonly references?: R;
  readonly outputs: Readonly<Record<string, OutputForm>>;
  readonly construct: (
    construction: Construction<S, O, R>,
  ) => pulumi.ComponentResource | Promise<pulumi.ComponentResource>;
}

export type RemoteComponent = Definition<z.ZodType, Outside, References>;

/** Keeps the types of a definition together while it is written, and forgets them. */
export function remoteComponent<
  S extends z.ZodType,
  O extends Outside = Record<never, never>,
  R extends References = Record<never, never>,
>(definition: Definition<S, O, R>): RemoteComponent {
  return definition as unknown as RemoteComponent;
}
