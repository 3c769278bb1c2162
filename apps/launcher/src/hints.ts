import type { Launched } from './launch.js';
import type { Paint } from './paint.js';
import { type LauncherSettings, registryUrl } from './settings.js';

/** What to try next, ready to be pasted. */
export function hints(launched: Launched, settings: LauncherSettings, paint: Paint): string {
  const http = registryUrl(settings);
  const victim = launched.examples.at(-1);
  const lines: (readonly [string, string])[] = [
    [`curl ${http}/v1/namespaces/default/services`, 'what is registered'],
    [`curl ${http}/v1/namespaces/default/services/orders/instances`, 'where it runs'],
    ['npm run rollcall -- services', 'the same as a table'],
    ...callHints(launched.ordersUrl),
    ['npm run rollcall -- replay --from 1', 'the whole story from the journal'],
    ...(settings.registry.roles.has('sql')
      ? [[`npm run rollcall -- sql "select * from service_health"`, 'any question, in SQL'] as const]
      : []),
    ...(victim === undefined
      ? []
      : [[`kill -9 ${victim.pid}`, `${victim.name} dies; watch what is noticed`] as const]),
  ];
  const width = Math.max(...lines.map(([command]) => command.length));
  return [
    paint.bold('Try in another terminal'),
    ...lines.map(([command, what]) => `  ${command.padEnd(width)}  ${paint.dim(`# ${what}`)}`),
    paint.dim(`Logs are in ${settings.logDir}. Ctrl-C stops everything; the data stay.`),
  ].join('\n');
}

/** Orders asks payments for every answer: the shortest way to see a balanced call, and who makes it. */
function callHints(ordersUrl: string | undefined): (readonly [string, string])[] {
  if (ordersUrl === undefined || ordersUrl === '') return [];
  return [
    [`curl ${ordersUrl}`, 'orders asks payments over HTTP and TCP; again: by whom is it answered?'],
    ['npm run rollcall -- graph', 'who calls whom, how often and how fast'],
    ['npm run rollcall -- explain orders payments', 'where a call may go, and why not elsewhere'],
  ];
}
