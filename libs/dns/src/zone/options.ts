export interface ZoneOptions {
  /** Name of the zone in lower case, without a final dot. */
  readonly zone: string;
  /** How long an answer may be remembered, in seconds. */
  readonly ttlSeconds: number;
  /** How long "there is none" may be remembered, in seconds. */
  readonly negativeTtlSeconds: number;
  /** Address of this server itself, for `ns.<zone>`. */
  readonly serverAddress?: string;
}
