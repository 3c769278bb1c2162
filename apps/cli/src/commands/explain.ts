import { checkName } from '#contracts';
import { callPlaces, explainCall } from '#application';
import { keyPatterns } from '#nats';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { plain } from '../output/plain.js';
import { takePast, takeSnapshot } from '../snapshot.js';
import { usage } from '../input/usage.js';
import type { AtOption, Command } from './command.js';

interface Options extends AtOption {
  readonly version?: string;
  readonly zone?: string;
  readonly tag?: readonly string[];
  readonly selector?: string;
  readonly protocol?: string;
  readonly header?: readonly string[];
}

/** Which instances a call could go to, which it could not and why, and which it would. */
export const explain: Command<Options, [caller: string, service: string]> = async (
  { session, namespace, json },
  { version, zone, tag = [], selector, protocol, header = [], at },
  caller,
  service,
) => {
  const [callerService = ''] = caller.split('/');
  checkName('caller', callerService);
  checkName('service', service);
  const services = [...new Set([service, callerService])];
  const { reader } =
    at === undefined
      ? await takeSnapshot(session, keyPatterns({ namespace, services }))
      : await takePast(session, at, ...callPlaces(namespace, caller, service));
  const wishes = { version, zone, selector, protocol, ...(tag.length === 0 ? {} : { tag }) };
  const headers = Object.fromEntries(header.map(headerOf));
  const found = explainCall(reader, { namespace, caller, service, wishes, headers, chance: Math.random() });
  if (json) {
    printJson(found);
    return;
  }
  const rule = found.rule === undefined ? 'no routing rule' : `rule "${found.rule}"`;
  const near = found.zone === undefined ? '' : `, near zone ${found.zone}`;
  print(plain(`${caller} -> ${service}: ${rule}${near}, at sequence ${found.sequence}`));
  if (found.candidates.length > 0) {
    const rows = found.candidates.map((one) => [
      one.instance,
      one.status,
      one.version,
      one.zone ?? '',
      one.endpoint,
      one.sharePercent === 0 ? 'stands by' : `${one.sharePercent} %`,
    ]);
    print(renderTable(['CANDIDATE', 'STATUS', 'VERSION', 'ZONE', 'ENDPOINT', 'SHARE'], rows));
  }
  for (const { instance, by, text } of found.refused) print(plain(`not ${instance} (${by}): ${text}`));
  if (found.problem === undefined) print(plain(`would pick ${found.picked}`));
  else print(plain(`nobody: ${found.problem.what} (${found.problem.code})`));
};

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw usage(`header "${text}" is not name:value`);
  return [name.toLowerCase(), value.trim()];
}
