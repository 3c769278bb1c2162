import { RollcallClient } from '#client';
import { settings } from '../../shared/settings.js';
import { emptyReport, takeInto } from './report.js';
import { readReport, type StoredReport, writeReport } from './report-file.js';

const path = process.env['REPORT_FILE'] ?? 'report.json';
const isOnce = process.env['ONCE'] === '1';

let stored: StoredReport = emptyReport();
const client = await RollcallClient.connect({ ...settings.registry, name: 'report' });
const projection = await client.project({
  load: async () => (stored = await readReport(path)).position,
  reset: () => writeReport(path, (stored = emptyReport())),
  apply: async ({ events, position, pending }) => {
    // A copy: when the write fails the batch comes again, and must not be counted twice.
    const next = structuredClone(stored);
    for (const event of events) takeInto(next, event);
    await writeReport(path, { ...next, position });
    stored = next;
    process.stdout.write(`report: up to ${position.sequence} (${position.at}), ${pending} to come\n`);
    if (isOnce && pending === 0) void client.close();
  },
  onTrouble: ({ message }) => void process.stderr.write(`report: ${message}\n`),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void client.close());

const failure = await projection.ended;
await client.close();
if (failure !== undefined) {
  process.stderr.write(`report: ${failure.message}\n`);
  process.exitCode = 1;
}
