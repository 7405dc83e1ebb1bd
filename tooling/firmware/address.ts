import { printable } from "../ui";
import { FirmwareError } from "./target";

export { printable } from "../ui";

/** Where a machine's management is reached: https and nothing else, and no credentials in the address. */
export function managementUrl(address: string): URL {
  const text = address.includes("://") ? address : `https://${address}`;
  const refuse = (why: string) =>
    new FirmwareError(`The management address "${printable(address)}" ${why}; write a host name or an IP address.`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("is none");
  }
  // The address may hold a password, so that it is not shown.
  if (url.username || url.password)
    throw new FirmwareError(
      "The management address has credentials in it; leave them out, and set TRUSTFOUNDRY_BMC_USER and TRUSTFOUNDRY_BMC_PASSWORD.",
    );
  if (url.protocol !== "https:") throw refuse(`asks for ${url.protocol.replace(":", "")}; only https is spoken`);
  if ((url.pathname !== "/" && url.pathname !== "") || url.search || url.hash) throw refuse("has a path");
  return url;
}
