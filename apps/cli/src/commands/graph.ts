import { RollcallError } from '#contracts';
import type { CallGraphView } from '#domain';
import { brokerError } from '#nats';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import type { Command } from './command.js';

const TIMEOUT_MS = 3_000;

/** Who calls whom, as a running registry has heard it. */
export const graph: Command = async ({ session, namespace, json }) => {
  const { connection, subjects } = session;
  const question = JSON.stringify({ namespace });
  const reply = await connection
    .request(subjects.query('graph'), question, { timeout: TIMEOUT_MS })
    .catch((error: unknown) => {
      if (!/no responders|timeout/i.test(String(error)))
        throw brokerError(error, 'asking for the call graph');
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'no registry answers on this broker', {
        action: 'Start one: the call graph lives in its memory.',
        cause: error,
      });
    });
  const found = reply.json<CallGraphView & { readonly code?: string; readonly message?: string }>();
  if (json) {
    printJson(found);
    return;
  }
  if (found.edges.length === 0) {
    print(`no calls in namespace "${namespace}" in the last ${found.windowMs / 1_000} s`);
    return;
  }
  const ms = (value: number | null): string => (value === null ? '' : `${value} ms`);
  const rows = found.edges.map((edge) => [
    edge.caller,
    edge.callee,
    edge.callsPerSecond,
    `${Math.round(edge.errorShare * 10_000) / 100} %`,
    edge.retriesPerSecond,
    ms(edge.p50Ms),
    ms(edge.p99Ms),
  ]);
  print(renderTable(['CALLER', 'CALLS', 'RATE/S', 'ERRORS', 'RETRIES/S', 'P50', 'P99'], rows));
};
