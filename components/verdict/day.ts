/** `2026-11-27`, in UTC. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
