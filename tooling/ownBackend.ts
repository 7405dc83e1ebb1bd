/**
 * Environment of an engine whose state and providers are its own: both variables would go before the project's settings,
 * so that what is simulated would be written into a backend that somebody shares, or asked of a provider that he runs.
 */
export function ownBackend(directory: string): Record<string, string> {
  return { PULUMI_BACKEND_URL: `file://${directory}`, PULUMI_DEBUG_PROVIDERS: "" };
}
