import { toTime } from '#domain';
import type { AvailabilityReport } from '#application';
import { placeOf } from '../input/names.js';
import { sinceThere } from '../input/since-there.js';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { historyOf } from '../snapshot.js';
import type { Command } from './command.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
}

const HEAD = ['WHAT', 'UPTIME', 'OUTAGES', 'LONGEST', 'DETECTED', 'FLAPS', 'RESTARTS', 'DEPLOYS'];

/** Uptime, outages, flaps, restarts and deploys of services and their instances. */
export const availability: Command<Options, [what: string | undefined]> = async (
  { session, namespace, json },
  { from = '-1d', to = '-0s' },
  what,
) => {
  const history = historyOf(session);
  const start = await sinceThere(session.journal, from);
  const report = await history.availability(start, to, placeOf(namespace, what));
  if (json) {
    printJson(report);
    return;
  }
  print(`from ${report.from.at} to ${report.to.at}`);
  print(renderTable(HEAD, rowsOf(report)));
};

function rowsOf({ services, instances }: AvailabilityReport): (string | number)[][] {
  return Object.entries(services).flatMap(([service, sum]) => [
    [
      service,
      percent(sum.uptimePercent),
      sum.outages,
      duration(sum.longestOutageMs),
      '',
      sum.flaps,
      sum.restarts,
      sum.deploys,
    ],
    ...instances
      .filter((one) => one.service === service)
      .map((one) => [
        `  ${one.instance} ${one.version}`,
        percent(one.uptimePercent),
        one.outages.length,
        duration(Math.max(0, ...one.outages.map(({ ms }) => ms))),
        duration(Math.max(0, ...one.outages.map(({ detectedAfterMs = 0 }) => detectedAfterMs))),
        one.flaps,
        one.restarts,
        one.deploys.map(({ at, to }) => `${to} at ${at}`).join(', '),
      ]),
  ]);
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(3)} %`;
}

function duration(ms: number): string {
  if (ms === 0) return '-';
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : toTime(ms).slice(11, 19);
}
