import { type Msg, type NatsConnection } from '@nats-io/nats-core';
import { isName, limits, type Subjects } from '#contracts';
import type { Log } from '#application';
import { CallGraph, readCallReport } from '#domain';

/** Listens to what callers tell of their calls. Every node keeps a graph of its own: nothing of it is stored. */
export function startCallGraph(
  { connection, subjects }: { readonly connection: NatsConnection; readonly subjects: Subjects },
  log: Log,
): { readonly graph: CallGraph; stop(): void } {
  const graph = new CallGraph();
  const callback = (error: Error | null, message: Msg): void => {
    if (error === null) take(graph, subjects, message);
    else log.warn('reports of calls are not heard', { error: error.message });
  };
  const subscription = connection.subscribe(subjects.callsAll, { callback });
  return { graph, stop: () => subscription.unsubscribe() };
}

/** What cannot be read is passed over: it is a stranger's word about itself, and the next one comes soon. */
function take(graph: CallGraph, subjects: Subjects, message: Msg): void {
  const caller = subjects.parseCalls(message.subject);
  if (caller === undefined || message.data.length > limits.recordBytesMax) return;
  const report = readCallReport(parse(message), isName);
  if (report !== undefined) graph.add(caller, report, performance.now());
}

function parse(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
