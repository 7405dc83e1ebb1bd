/** Name of the second provider. */
export const secondProvider = "southern-metal";

interface Provider {
  name: string;
  hosts: { name: string }[];
}

/** The sample's factory with one model at two providers: a host of each for it, and one that stays empty. */
export function twoProviders(sections: Record<string, unknown>): void {
  const providers = sections.providers as Provider[];
  const [first] = providers;
  if (!first) throw new Error("the sample has no provider");
  const [host, ...others] = first.hosts;
  if (!host) throw new Error("the sample's provider has no host");
  providers.push({ ...structuredClone(first), name: secondProvider, hosts: [{ ...host, name: "genoa-h100-s" }] });
  first.hosts = [host, ...others.filter(({ name }) => name === "genoa-plain")];
  const models = sections.models as { name: string; providers: string[] }[];
  const model = models.find(({ name }) => name === "llama-8b");
  if (!model) throw new Error("the sample has no llama-8b");
  sections.models = [{ ...model, providers: [first.name, secondProvider] }];
}

/** What is left of it to describe once the second provider is gone. */
export function withoutSecondProvider(sections: Record<string, unknown>): void {
  twoProviders(sections);
  sections.providers = (sections.providers as Provider[]).filter(({ name }) => name !== secondProvider);
  for (const model of sections.models as { providers: string[] }[])
    model.providers = model.providers.filter((name) => name !== secondProvider);
}
