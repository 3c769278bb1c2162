import { createHash } from 'node:crypto';
import { checkName } from '#contracts';
import { type Environment, setting } from './environment.js';

export interface InstanceIdFacts {
  readonly explicit?: string | undefined;
  /** ROLLCALL_INSTANCE, and HOSTNAME: the name of a pod or container. */
  readonly env?: Environment | undefined;
  readonly hostname: string;
  /** The port told to others. Without one the process id takes its place. */
  readonly port?: number | undefined;
  readonly pid: number;
}

const LABEL_LENGTH_MAX = 63;
const HASH_LENGTH = 6;

/**
 * The instance id: option, ROLLCALL_INSTANCE, else `<HOSTNAME or host name>-<port>` made a DNS label. A restart
 * on the same host and port thereby takes over its own id. What a person wrote is taken as it is, or refused.
 * @throws ROLLCALL_NAME_INVALID
 */
export function chooseInstanceId({ explicit, env, hostname, port, pid }: InstanceIdFacts): string {
  const named = explicit ?? setting(env, 'ROLLCALL_INSTANCE');
  if (named !== undefined) return checkName('instance', named);
  return toLabel(`${setting(env, 'HOSTNAME') ?? hostname}-${port ?? pid}`);
}

/**
 * Any text as a DNS label: lower case, everything else a dash. A text that is too long, or has nothing left, is
 * told apart by a short hash of the whole.
 */
export function toLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (label !== '' && label.length <= LABEL_LENGTH_MAX) return label;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const kept = label.slice(0, LABEL_LENGTH_MAX - HASH_LENGTH - 1).replace(/-+$/, '');
  return kept === '' ? hash : `${kept}-${hash}`;
}
