import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../../names";

export interface NodeAccount {
  readonly email: pulumi.Output<string>;
  /** `serviceAccount:<email>`, as grants write it. */
  readonly member: pulumi.Output<string>;
  /** What the account may do; nodes wait for it. */
  readonly grants: readonly pulumi.Resource[];
}

/** An account of the nodes' own instead of the project's default one, which may edit the whole project. */
export function nodeAccount(
  name: string,
  { project, what, roles }: { readonly project: string; readonly what: string; readonly roles: readonly string[] },
  opts: pulumi.CustomResourceOptions,
): NodeAccount {
  const account = new serviceaccount.Account(
    `${name}-account`,
    { project, accountId: accountId(name), displayName: `${what} ${name}` },
    opts,
  );
  const grants = roles.map(
    (role) =>
      new projects.IAMMember(
        `${name}-${role.split(".").at(-1) ?? role}`,
        { project, role, member: account.member },
        opts,
      ),
  );
  return { email: account.email, member: account.member, grants };
}

/** Account ids have 6 to 30 characters; a longer name is cut, and told apart by its digest. */
export function accountId(name: string): string {
  const id = `tf-${name}`;
  return id.length <= 30 && id.length >= 6 ? id : `${id.slice(0, 19).replace(/-+$/, "")}-${shortHash(name)}`;
}
