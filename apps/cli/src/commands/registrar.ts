import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { aggregateKey, type InstanceView } from '#contracts';
import { type Actor, Registrar } from '#application';
import type { Session } from '../session.js';
import { takeSnapshot } from '../snapshot.js';

interface Names {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

export const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };

/** What the view shows of one instance, by names. */
export async function knownBy(
  session: Session,
  names: Names,
): Promise<(asked: Names) => InstanceView | undefined> {
  const key = aggregateKey({ kind: 'instance', ...names });
  const { table } = await takeSnapshot(session, [key]);
  return (asked) =>
    table.get(aggregateKey({ kind: 'instance', ...asked }))?.entry.record as InstanceView | undefined;
}

/** A registrar that knows what the view shows of one instance. */
export async function registrarFor(session: Session, names: Names): Promise<Registrar> {
  const known = await knownBy(session, names);
  const key = aggregateKey({ kind: 'instance', ...names });
  return new Registrar(session.journal, identity, (asked) => (asked === key ? known(names) : undefined));
}

/** Who types the command, unless told otherwise. */
export function actorOf({ actor, reason }: { readonly actor?: string; readonly reason?: string }): Actor {
  return {
    actor: actor ?? `cli:${loginName()}`,
    source: '/cli',
    ...(reason === undefined ? {} : { reason }),
  };
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
