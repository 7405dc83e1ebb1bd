import { setTimeout as wait } from "node:timers/promises";
import type { Values } from "./journal";
import type { Run } from "./run";
import { same } from "./snapshot";
import { FirmwareError } from "./target";

/**
 * Reads what is pending until it has all that was asked for: some machines accept first and list later. An acceptance
 * without a pending change is a failure, whatever its status said.
 */
export async function confirmPending(run: Run, wanted: Values): Promise<Values> {
  const { target, signal, patience } = run;
  const deadline = Date.now() + patience.readBackMilliseconds;
  for (;;) {
    const pending = await target.pending(signal);
    const absent = Object.keys(wanted).filter((name) => !(name in pending && same(pending[name], wanted[name])));
    if (absent.length === 0) return pending;
    if (Date.now() >= deadline) throw notPending(absent, pending, (await target.remarks?.(signal)) ?? []);
    await wait(patience.pauseMilliseconds, undefined, { signal });
  }
}

function notPending(absent: readonly string[], pending: Values, remarks: readonly string[]): FirmwareError {
  const listed = absent.map((name) => (name in pending ? `${name} (${String(pending[name])})` : name)).join(", ");
  return new FirmwareError(
    `The machine accepted the change, and does not list it as pending: ${listed}; nothing was restarted.`,
    remarks.length > 0 ? `It says: ${remarks.join(" ")}` : "Look at its own log for the reason.",
  );
}
