import { platformSets } from "../../../components/platform";
import { offline } from "./overlays";
import type { PartnerCase } from "./partnerCase";

/** A hardware vendor's template: the provider's stack with the firmware plan of its host. */
export function hardwareCase(partner: string): PartnerCase {
  return {
    partner,
    stacks: [
      {
        sample: "infrastructure",
        overlay: offline,
        warnings: [...platformSets["ra-1.1.0"].warnings, "demands nothing of the tenant's workloads"],
        afterUp: async ({ api }, { outputs }) => {
          const { firmwarePlans } = outputs as { firmwarePlans: { configMaps: Readonly<Record<string, string>> } };
          for (const place of Object.values(firmwarePlans.configMaps)) {
            const [namespace, name] = place.split("/");
            const { data } = await api.get<{ data: Readonly<Record<string, string>> }>(
              `/api/v1/namespaces/${namespace}/configmaps/${name}`,
            );
            if (!Object.values(data).some((text) => text.includes(partner)))
              throw new Error(`${place} has no plan of ${partner}`);
          }
        },
      },
    ],
  };
}
