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

/** A registrar that knows what the view shows of one instance. */
export async function registrarFor(session: Session, names: Names): Promise<Registrar> {
  const key = aggregateKey({ kind: 'instance', ...names });
  const { table } = await takeSnapshot(session, [key]);
  const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };
  return new Registrar(
    session.journal,
    identity,
    (asked) => table.get(asked)?.entry.record as InstanceView | undefined,
  );
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
