import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { limits } from '../limits.js';
import { ADDRESS_PATTERN } from '../names.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

export const protocols = ['http', 'https', 'tcp', 'udp', 'grpc', 'nats', 'ws'] as const;
export type Protocol = (typeof protocols)[number];

/** One way to reach an instance. Network protocols need address and port; `nats` needs a subject. */
export class Endpoint {
  @IsRollcallName()
  name: string;

  @IsIn(protocols)
  protocol: Protocol;

  @MayBeAbsent()
  @Matches(ADDRESS_PATTERN, { message: '$property must be a host name or an IP address' })
  address?: string;

  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(limits.portMax)
  port?: number;

  /** Base path for http, https and ws. */
  @MayBeAbsent()
  @IsText(0, 512)
  path?: string;

  /** The subject to send requests to, for nats. */
  @MayBeAbsent()
  @Matches(/^[^\s*>]{1,255}$/u, { message: '$property must be a NATS subject without wildcards' })
  subject?: string;
}
