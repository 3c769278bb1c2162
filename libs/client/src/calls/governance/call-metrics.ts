import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallListener } from './call-tally.js';

/**
 * Prometheus metrics of the calls this process makes, in a registry of the app: hand the result to a client as
 * `metrics`. Once for a registry.
 */
export function callMetrics(register: Registry): CallListener {
  const registers = [register];
  const calls = new Counter({
    name: 'rollcall_calls_total',
    help: 'Attempts to call a service, by what they came to',
    labelNames: ['service', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'rollcall_call_retries_total',
    help: 'Calls made once more, hedging included',
    labelNames: ['service'],
    registers,
  });
  const seconds = new Histogram({
    name: 'rollcall_call_seconds',
    help: 'Time an attempt to call a service took',
    labelNames: ['service'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    onCall: (service, outcome, latencyMs) => {
      calls.inc({ service, outcome });
      seconds.observe({ service }, latencyMs / 1_000);
    },
    onRetry: (service) => retries.inc({ service }),
  };
}
