/** Broker time (ms since the epoch) as RFC 3339. Arithmetic on data, not a look at a clock. */
export function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

export function fromTime(at: string): number {
  return Date.parse(at);
}
