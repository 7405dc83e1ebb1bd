import { join } from "node:path";
import { expect, inject } from "vitest";
import { sha256 } from "../../../components/names";
import { openCluster } from "../../../tooling/controlplane/access";
import type { KubeApi, KubeObject } from "../../../tooling/controlplane/api";
import { ApiError, poll } from "../../../tooling/controlplane/api";
import type { Question } from "../../../tooling/doctor/diagnose";
import type { Diagnosis } from "../../../tooling/doctor/walk";
import { rehearsalDoctor } from "../../../tooling/rehearsal/doctor";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import type { RehearsalCli } from "../../support/rehearsalCli";

/** An object as it is: with whatever it has. */
export type Live = KubeObject & { spec?: any; data?: Record<string, string>; status?: any; [part: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

/** What takes a change back. */
export type Undo = () => Promise<unknown>;

const settleMilliseconds = 60_000;

/** One of a rehearsal's clusters, as somebody who breaks it: changes by the real API, each with what takes it back. */
export class Bench {
  constructor(readonly api: KubeApi) {}

  async patch(path: string, body: unknown, subresource = ""): Promise<Live> {
    const request = {
      method: "PATCH",
      path: `${path}${subresource}`,
      body,
      contentType: "application/merge-patch+json",
    } as const;
    return JSON.parse(await this.api.send(request)) as Live;
  }

  get(path: string): Promise<Live> {
    return this.api.get<Live>(path);
  }

  /** Deletes an object; taken back, it is there again as it was. */
  async remove(path: string): Promise<Undo> {
    const object = bare(await this.get(path));
    await this.api.delete(path);
    await this.until(() => this.get(path).then(() => false, gone));
    return () => this.create(path, object);
  }

  async create(path: string, object: Live): Promise<void> {
    const created = await poll(
      () =>
        this.api.create(path.slice(0, path.lastIndexOf("/")), object).then(
          () => true,
          // A kind that came back is served a moment later.
          (error: unknown) =>
            error instanceof ApiError && [404, 409, 503].includes(error.status)
              ? undefined
              : Promise.reject(error as Error),
        ),
      { timeoutMilliseconds: settleMilliseconds },
    );
    if (!created) throw new Error(`${path} could not be made`);
  }

  /** Puts another object in its place, as one has to where it is immutable. */
  async replace(path: string, change: (object: Live) => void): Promise<Undo> {
    const before = bare(await this.get(path));
    const after = structuredClone(before);
    change(after);
    await this.api.delete(path);
    try {
      await this.create(path, after);
    } catch (error) {
      await this.create(path, before);
      throw error;
    }
    return async () => {
      await this.api.delete(path);
      await this.create(path, before);
    };
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    const held = await poll(async () => ((await holds()) ? true : undefined), {
      everyMilliseconds: 150,
      timeoutMilliseconds: settleMilliseconds,
    });
    if (!held) throw new Error(`the cluster did not come to ${holds.toString()}`);
  }

  /** A Deployment's pods are those of its template, all of them available or not asked to be, and no others are left. */
  async rolledOut(path: string, available = true): Promise<void> {
    await this.until(async () => {
      const { metadata, spec, status = {} } = await this.get(path);
      const wanted = spec.replicas as number;
      const generation = (metadata as { generation?: number }).generation ?? 0;
      return (
        status.observedGeneration >= generation &&
        (status.updatedReplicas ?? 0) === wanted &&
        (!available || (status.availableReplicas ?? 0) === wanted) &&
        (status.replicas ?? 0) === wanted &&
        (status.terminatingReplicas ?? 0) === 0
      );
    });
  }
}

function bare({ metadata, ...object }: Live): Live {
  const { name, namespace, labels, annotations } = metadata;
  const rest = Object.fromEntries(Object.entries(object).filter(([part]) => part !== "status"));
  return {
    ...rest,
    metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) },
  } as Live;
}

function gone(error: unknown): boolean {
  if (error instanceof ApiError && error.status === 404) return true;
  throw error;
}

/** Both clusters of one rehearsal, and its doctor in this process. */
export class SickRoom {
  readonly provider: Bench;
  readonly trust: Bench;
  readonly paths: InstancePaths;

  constructor(readonly rehearsal: RehearsalCli) {
    this.paths = new InstancePaths(rehearsal.name);
    const open = (name: string) => {
      const api = openCluster(this.paths.controlPlanes, name);
      if (!api) throw new Error(`no control plane ${name}`);
      return new Bench(api);
    };
    this.provider = open("provider-northern-metal");
    this.trust = open("trust");
  }

  async diagnose(question: Question): Promise<Diagnosis> {
    const { signal } = new AbortController();
    return (await rehearsalDoctor({ paths: this.paths, question, signal })).diagnosis;
  }

  /** Nothing is broken, and nothing is left unseen. */
  async expectHealthy(question: Question): Promise<void> {
    const { faults, unknown } = await this.diagnose(question);
    expect(faults.map(({ link, subjects, outcome }) => `${link} of ${subjects.join(", ")}: ${outcome.found}`)).toEqual(
      [],
    );
    expect(unknown).toEqual([]);
  }

  kubeconfig(cluster: string, user = cluster): string {
    return join(this.rehearsal.root, "control-planes", cluster, "credentials", `${user}.kubeconfig`);
  }

  close(): void {
    this.provider.api.close();
    this.trust.api.close();
  }
}

export const opa = () => join(inject("toolchain").binDir, "opa");

const trustee = "/apis/apps/v1/namespaces/trustee/deployments";

/**
 * Changes a file that a service of Trustee decides by as its owner's stack would: the ConfigMap is another one, and the
 * Deployment's digests are those of the new text.
 */
export async function redecide(
  bench: Bench,
  service: "kbs" | "rvps",
  file: string,
  change: (text: string) => string,
): Promise<Undo> {
  const path = `${trustee}/trustee-${service}`;
  const before = await bench.get(path);
  const map = await mapWith(bench, before, file);
  const text = map.data?.[file] ?? "";
  const changed = change(text);
  expect(changed).not.toBe(text);
  const restore = await bench.replace(`/api/v1/namespaces/trustee/configmaps/${map.metadata.name}`, (object) => {
    object.data = { ...object.data, [file]: changed };
  });
  const digests = async (from: string, to: string) => {
    const { spec } = await bench.get(path);
    const [container] = spec.template.spec.initContainers as { env: { name: string; value: string }[] }[];
    for (const each of container?.env ?? [])
      if (each.name === "DIGESTS") each.value = each.value.replace(sha256(from), sha256(to));
    await bench.patch(path, { spec: { template: { spec: { initContainers: spec.template.spec.initContainers } } } });
    await bench.rolledOut(path);
  };
  await digests(text, changed);
  return async () => {
    await restore();
    await digests(changed, text);
  };
}

/** The ConfigMap of a service that has a file. */
export async function mapWith(bench: Bench, deployment: Live, file: string): Promise<Live> {
  const names = (deployment.spec.template.spec.volumes as { configMap?: { name: string } }[]).flatMap(
    ({ configMap }) => configMap?.name ?? [],
  );
  const maps = await Promise.all(names.map((name) => bench.get(`/api/v1/namespaces/trustee/configmaps/${name}`)));
  const found = maps.find(({ data = {} }) => Object.hasOwn(data, file));
  if (!found) throw new Error(`no ConfigMap of ${deployment.metadata.name} has ${file}`);
  return found;
}
