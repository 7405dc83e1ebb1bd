import type { Resource } from "../rule";

/** What runs in the open beside confidential pods, in a namespace and with an image of its own. */
export const plainDeployment: Resource = {
  type: "kubernetes:apps/v1:Deployment",
  name: "metrics",
  props: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "metrics", namespace: "monitoring" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": "metrics" } },
      template: {
        metadata: { labels: { "app.kubernetes.io/name": "metrics" } },
        spec: {
          containers: [
            {
              name: "collector",
              image: `registry.provider.example/collector@sha256:${"5".repeat(64)}`,
              resources: { limits: { cpu: "1", memory: "1Gi" } },
            },
          ],
        },
      },
    },
  },
};
