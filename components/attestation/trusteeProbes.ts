import type { types } from "@pulumi/kubernetes";
import type { TrusteeService } from "./trusteeLayout";
import { ports } from "./trusteeLayout";

type Probe = types.input.core.v1.Probe;

/**
 * KBS: /healthz, without authentication (kbs/src/api_server.rs). AS and RVPS speak gRPC's health protocol; a TDX quote
 * may keep the AS busy for seconds, so it is given more time (the chart's values).
 */
export function probes(service: TrusteeService): { startupProbe: Probe; readinessProbe: Probe; livenessProbe: Probe } {
  const check: Probe =
    service === "kbs"
      ? { httpGet: { path: "/healthz", port: service, scheme: "HTTPS" } }
      : { grpc: { port: ports[service] } };
  const patience = { timeoutSeconds: 10, failureThreshold: 6 };
  return {
    startupProbe: { ...check, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
    readinessProbe: { ...check, periodSeconds: 10, ...patience },
    livenessProbe: { ...check, periodSeconds: 20, ...patience },
  };
}
