import type { Tree } from "./tree";
import { isTree } from "./tree";

export interface MountedFile {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
}

const trees = (value: unknown): Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);

/** The ConfigMaps and Secrets that pods of this spec read, as files or as environment. */
export function mountedFiles(spec: Tree | undefined): MountedFile[] {
  if (!spec) return [];
  const names = new Map<string, MountedFile>();
  const add = (kind: MountedFile["kind"], name: unknown) => {
    if (typeof name === "string") names.set(`${kind} ${name}`, { kind, name });
  };
  const source = (of: Tree) => {
    if (isTree(of.configMap)) add("ConfigMap", of.configMap.name);
    if (isTree(of.secret)) add("Secret", of.secret.secretName ?? of.secret.name);
  };
  for (const volume of trees(spec.volumes)) {
    source(volume);
    if (isTree(volume.projected)) trees(volume.projected.sources).forEach(source);
  }
  for (const container of [...trees(spec.initContainers), ...trees(spec.containers)]) {
    for (const { configMapRef, secretRef } of trees(container.envFrom)) {
      if (isTree(configMapRef)) add("ConfigMap", configMapRef.name);
      if (isTree(secretRef)) add("Secret", secretRef.name);
    }
    for (const { valueFrom } of trees(container.env)) {
      if (!isTree(valueFrom)) continue;
      if (isTree(valueFrom.configMapKeyRef)) add("ConfigMap", valueFrom.configMapKeyRef.name);
      if (isTree(valueFrom.secretKeyRef)) add("Secret", valueFrom.secretKeyRef.name);
    }
  }
  for (const { name } of trees(spec.imagePullSecrets)) add("Secret", name);
  return [...names.values()];
}
