/**
 * What a vendor does in its own way, as its data file says it (components/host/firmware/vendors, `redfish`). What the
 * machine announces by itself comes first wherever Redfish has a place for it.
 */
export interface RedfishDialect {
  /** Id of the member of Systems that is the host, where there are several: accelerators' baseboards are members, too. */
  readonly system?: string;
  /** Last part of the path, below Bios, of the pending settings, where `@Redfish.Settings` does not lead there. */
  readonly settings?: string;
  /** Path of the attribute registry, with `{registry}` for its name, where the Registries collection does not lead there. */
  readonly registry?: string;
  /** Path of the jobs without which pending settings have no effect (Dell). */
  readonly configurationJobs?: string;
  /** Kind of restart, of those that the machine allows. Default: ForceRestart after a graceful one is not known. */
  readonly reset?: string;
  /** Attributes that can vanish after a restart until the management controller alone is restarted. */
  readonly vanishing?: readonly string[];
}
