import { checkName, limits, quote } from '#contracts';
import { whatIfPolicy, type WhatIfReport } from '#application';
import { textOf } from '../config/config-session.js';
import { sinceThere } from '../input/since-there.js';
import { usage } from '../input/usage.js';
import { plain } from '../output/plain.js';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { historyOf } from '../snapshot.js';
import type { Command } from './command.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly service?: string;
  readonly caller?: string;
  readonly samples?: string;
}

/** Which verdicts and picks of the past would have differed under another policy. */
export const whatIf: Command<Options, [file: string]> = async (
  { session, namespace, json },
  { from, to, service, caller, samples },
  file,
) => {
  const policy = whatIfPolicy(parse(await textOf(file), file));
  if (service !== undefined) checkName('service', service);
  const isAboutCalls = policy.calls !== undefined || policy.routes !== undefined || caller !== undefined;
  if (isAboutCalls && service === undefined)
    throw usage('calls are tried to one service, and --service is missing');
  const start = await sinceThere(session.journal, from);
  const report = await historyOf(session).whatIf(start, to, {
    namespace,
    policy,
    ...(service === undefined ? {} : { service }),
    ...(caller === undefined ? {} : { caller }),
    ...(samples === undefined ? {} : { samples: samplesOf(samples) }),
  });
  if (json) printJson(report);
  else tell(report);
};

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(`${quote(file)} is not JSON: ${(error as Error).message}`);
  }
}

function samplesOf(text: string): number {
  const samples = Number(text);
  if (Number.isInteger(samples) && samples >= 1 && samples <= limits.whatIfSamplesMax) return samples;
  throw usage(`--samples ${quote(text)} is not a whole number from 1 to ${limits.whatIfSamplesMax}`);
}

const wouldHave = {
  same: 'the same',
  'not-suspected': 'never suspected',
  'not-expired': 'not expired: it came back',
  'expired-later': 'expired later',
  'expired-sooner': 'expired sooner',
  'expired-instead': 'expired',
} as const;

function tell({ from, to, suspicions, protection, picks }: WhatIfReport): void {
  print(`from #${from.sequence} (${from.at}) to #${to.sequence} (${to.at})`);
  print(`suspicions: ${suspicions.differing.length} of ${suspicions.total} would have ended differently`);
  if (suspicions.differing.length > 0) {
    const rows = suspicions.differing.map((one) => [
      one.sequence,
      `${one.service}/${one.instance}`,
      one.signal,
      one.was,
      wouldHave[one.whatIf],
      one.dueAt ?? '',
    ]);
    print(renderTable(['SEQUENCE', 'INSTANCE', 'SIGNAL', 'WAS', 'WOULD HAVE BEEN', 'AT'], rows));
  }
  print(`protection: ${protection.differing.length} of ${protection.total} decisions would have differed`);
  for (const { sequence, at, service, was, goingCount, presentCount } of protection.differing) {
    const other = was === 'expired' ? 'would have been held' : 'protection would not have engaged';
    print(plain(`  #${sequence} ${at} ${service}: ${goingCount} of ${presentCount} going, ${other}`));
  }
  if (picks === undefined) return;
  print(`picks: ${picks.differing.length} of ${picks.total} moments would have differed`);
  for (const { sequence, at, was, whatIf: other } of picks.differing)
    print(plain(`  #${sequence} ${at} ${outcome(was)} -> ${outcome(other)}`));
}

type Outcome = NonNullable<WhatIfReport['picks']>['differing'][number]['was'];

function outcome({ rule, shares, problem }: Outcome): string {
  const parts = Object.entries(shares).map(([instance, percent]) => `${instance} ${percent} %`);
  const led = rule === undefined ? '' : `by rule ${rule}: `;
  return led + (problem ?? parts.join(', '));
}
