import { readNamed } from "../files";
import { managementUrl } from "./address";
import { credentials } from "./credentials";
import { RedfishClient } from "./redfish/client";
import { Connection } from "./redfish/connection";
import type { Trust } from "./redfish/connection";
import { fingerprintOf } from "./redfish/pinnedAgent";
import { RedfishTarget } from "./redfish/target";
import type { Wanted } from "./request";
import { FirmwareError } from "./target";
import type { FirmwareTarget } from "./target";

export interface OpenOptions {
  readonly address?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly credentialsCommand?: string;
  readonly system?: string;
  /** Intersight: the server profile of the host, where it is not called as the host is. */
  readonly profile?: string;
  readonly organization?: string;
}

/** The machine, by its vendor's protocol. Nothing is sent yet. */
export async function openTarget(
  { plan, vendor, address: configured }: Wanted,
  options: OpenOptions,
  journals: string,
  signal?: AbortSignal,
): Promise<FirmwareTarget> {
  const address = options.address ?? configured;
  const trust = trustOf(options);
  if (plan.protocol === "intersight") {
    const { openIntersight } = await import("./intersight/open.js");
    const { intersightKey } = await import("./intersight/credentials.js");
    const key = await intersightKey(options.credentialsCommand, { ...(signal && { signal }) });
    const { profile = plan.host, organization } = options;
    const place = { profile, ...(organization !== undefined && { organization }) };
    return openIntersight({ ...(address !== undefined && { address }), trust, place, key, journals });
  }
  if (address === undefined)
    throw new FirmwareError(
      `${plan.host} has no management address; write firmware.managementAddress at the host, or name it with --address.`,
    );
  const layout = vendor.redfish;
  if (!layout) throw new FirmwareError(`${vendor.title}: its data say nothing of Redfish.`);
  const url = managementUrl(address);
  const login = await credentials(options.credentialsCommand, undefined, { ...(signal && { signal }) });
  const client = new RedfishClient(new Connection(url, trust), login);
  return new RedfishTarget(client, { ...layout, ...(options.system !== undefined && { system: options.system }) });
}

function trustOf({ ca, fingerprint }: OpenOptions): Trust {
  if (ca !== undefined && fingerprint !== undefined)
    throw new FirmwareError("--ca and --fingerprint are two ways to trust one certificate; keep one.");
  if (fingerprint !== undefined) return { fingerprint: fingerprintOf(fingerprint) };
  if (ca === undefined) return {};
  const pem = readNamed(ca, "the authority's certificate");
  if (!pem.includes("-----BEGIN CERTIFICATE-----"))
    throw new FirmwareError(`${ca} holds no certificate in PEM; name the authority's.`);
  return { ca: pem };
}
