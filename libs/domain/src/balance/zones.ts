/** How many of the instances in a zone can take calls, of how many there are. */
export interface ZoneHealth {
  readonly zone: string;
  readonly availableCount: number;
  readonly totalCount: number;
}

/** A zone keeps all its calls until fewer than 1 / 1.4 of its instances (71 %) can take them. */
const OVERPROVISIONING = 1.4;

/**
 * Which share of the calls each zone takes, in the order of preference; what is left over (`1 - sum`) spills to the
 * instances in no zone named. With nobody left over to take it, the caller hands the rest back to the zones.
 *
 * Source: Envoy's locality priorities with the overprovisioning factor 140 % (envoyproxy.io, "Priority levels").
 */
export function zoneShares(zones: readonly ZoneHealth[]): number[] {
  let left = 1;
  return zones.map(({ availableCount, totalCount }) => {
    if (availableCount === 0) return 0;
    const share = Math.min(left, (OVERPROVISIONING * availableCount) / Math.max(1, totalCount));
    left -= share;
    return share;
  });
}
