import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricFamily } from './exposition.js';

/** What any Node process can tell of itself, under the names dashboards know. */
export class ProcessMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #startedAtSeconds = Date.now() / 1_000 - process.uptime();

  constructor() {
    this.#delay.enable();
  }

  families(): MetricFamily[] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const delayMs = this.#delay.percentile(99) / 1e6;
    this.#delay.reset();
    const gauge = (name: string, help: string, value: number): MetricFamily => ({
      name,
      help,
      type: 'gauge',
      samples: [{ value }],
    });
    return [
      {
        name: 'process_cpu_seconds_total',
        help: 'Time of processors used.',
        type: 'counter',
        samples: [{ value: (user + system) / 1e6 }],
      },
      gauge('process_start_time_seconds', 'When the process started, since 1970.', this.#startedAtSeconds),
      gauge('process_resident_memory_bytes', 'Memory held.', rss),
      gauge('nodejs_heap_size_used_bytes', 'Memory used by objects.', heapUsed),
      gauge(
        'nodejs_eventloop_lag_p99_seconds',
        'How late the event loop was, in the worst hundredth since the last look.',
        Number.isFinite(delayMs) ? delayMs / 1_000 : 0,
      ),
    ];
  }
}
