import { isRollcallError, limits } from '#contracts';
import type { CheckResult, Readiness } from '#platform';
import type { JoinedRegistry } from './open-registry.js';
import type { RegistryNode } from './registry-node.js';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** What makes a node ready, as checks with reasons: its broker, its view, the projection. */
export function addNodeChecks(readiness: Readiness, node: RegistryNode): void {
  readiness.set('broker', () => brokerCheck(node));
  readiness.set('view', () => viewCheck(node));
  readiness.set('projection', () => projectionCheck(node));
}

function brokerCheck(node: RegistryNode): CheckResult {
  if (node.joined === undefined) {
    const why = node.trouble === undefined ? 'no answer yet' : whatOf(node.trouble);
    return { ok: false, detail: `not joined yet: ${why}` };
  }
  const awayMs = node.disconnectedMs;
  if (awayMs !== undefined) {
    return { ok: false, detail: `no connection to ${node.brokerUrl} for ${seconds(awayMs)}; trying again` };
  }
  const { connection } = node.joined;
  return {
    ok: true,
    detail: `connected to ${connection.getServer()}, nats-server ${connection.info?.version ?? ''}`,
  };
}

/** How far behind the journal, and how old, is what we would answer? */
async function viewCheck(node: RegistryNode): Promise<CheckResult> {
  const { joined } = node;
  if (joined === undefined) return { ok: false, detail: 'not loaded yet' };
  const { position, staleMs } = joined.projection.follower;
  const age = Number.isFinite(staleMs) ? `${seconds(staleMs)} old` : 'never heard of';
  // Without a connection the broker's end of the journal cannot be asked for, and need not be.
  const isAway = node.disconnectedMs !== undefined;
  if (isAway || staleMs > limits.staleReadyMsMax) {
    const hint = isAway ? '' : '; does a process with the role projector run?';
    return { ok: false, detail: `serving the last known view, at sequence ${position}, ${age}${hint}` };
  }
  const lag = await lagOf(joined, position);
  if (lag < 0)
    return { ok: false, detail: `at sequence ${position}, and the journal ends ${-lag} events before` };
  if (lag > limits.lagReadyMax)
    return { ok: false, detail: `${lag} events behind the journal, at sequence ${position}` };
  return { ok: true, detail: `at sequence ${position}, ${lag} events behind the journal, ${age}` };
}

async function lagOf({ store }: JoinedRegistry, position: number): Promise<number> {
  const { lastSequence } = await store.journal.ends();
  return lastSequence - position;
}

function projectionCheck({ joined, disconnectedMs }: RegistryNode): CheckResult {
  if (joined === undefined) return { ok: false, detail: 'not started yet' };
  if (disconnectedMs !== undefined) return { ok: false, detail: 'waits for the broker' };
  const { isLeading, trouble } = joined.projection.projector;
  if (trouble !== undefined) return { ok: false, detail: `cannot write the view: ${whatOf(trouble)}` };
  return { ok: true, detail: isLeading ? 'leading' : 'following another process' };
}

function whatOf(error: Error): string {
  return isRollcallError(error) ? `${error.what} (${error.code})` : error.message;
}
