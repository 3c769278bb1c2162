import { limits } from '#contracts';
import type { CheckResult, Readiness, ServerLog, Settings } from '#platform';
import type { RegistryNode } from '#server';
import { SqlKeeper } from '#sql';

/** The tables of this process, when it has the role. */
export function sqlKeeper({ roles, sql }: Settings, log: ServerLog): SqlKeeper | undefined {
  return roles.has('sql') ? new SqlKeeper({ url: sql.url, log }) : undefined;
}

/**
 * Tables that are behind are told, and make a process unready only when keeping them is all it does: callers who
 * want to discover must not suffer from a database that is away.
 */
export function addSqlCheck(
  readiness: Readiness,
  { node, keeper, roles }: { node: RegistryNode; keeper: SqlKeeper; roles: Settings['roles'] },
): void {
  const isAll = roles.size === 1;
  readiness.set('sql', async () => {
    const { ok, detail } = await look(node, keeper);
    return ok || isAll ? { ok, detail } : { ok: true, detail: `${detail}; all else is served` };
  });
}

async function look(node: RegistryNode, keeper: SqlKeeper): Promise<CheckResult> {
  const { place, position, trouble } = keeper.standing;
  if (trouble !== undefined) return { ok: false, detail: `not kept up: ${trouble.message}` };
  if (place === undefined || node.joined === undefined) return { ok: false, detail: 'not opened yet' };
  if (node.disconnectedMs !== undefined) {
    return { ok: false, detail: `${place} at sequence ${position}; waits for the broker` };
  }
  const { lastSequence } = await node.joined.store.journal.ends();
  const behind = Math.max(0, lastSequence - position);
  const detail = `${place} at sequence ${position}, ${behind} events behind the journal`;
  return { ok: behind <= limits.lagReadyMax, detail };
}
