import { quote } from '#contracts';
import { usage } from '../input/usage.js';
import type { AtOption, Command } from '../commands/command.js';
import { plain } from '../output/plain.js';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { ago } from '../output/time.js';
import {
  configOf,
  configReaderOf,
  contentFrom,
  expectationIn,
  shownValue,
  textOf,
  type WriteOptions,
  writerOf,
} from './config-session.js';

type Key = [application: string, key: string];
interface Reveal extends AtOption {
  readonly reveal?: boolean;
}

export const get: Command<Reveal, Key> = async (context, { reveal, at }, application, key) => {
  const reader = await configReaderOf(context, application, at);
  const found = reader.one({ namespace: context.namespace, application }, key);
  const value = await shownValue(found, { namespace: context.namespace, application, key }, reveal);
  if (context.json) printJson({ ...found, value });
  else print(value);
};

export const list: Command<AtOption, [application: string | undefined]> = async (
  context,
  { at },
  application,
) => {
  const { namespace, json } = context;
  const reader = await configReaderOf(context, application, at);
  if (application === undefined) {
    const applications = reader.applications(namespace);
    if (json) printJson(applications);
    else
      print(
        renderTable(
          ['APPLICATION', 'KEYS', 'REVISION'],
          applications.map((one) => [one.application, one.keys, one.revision]),
        ),
      );
    return;
  }
  const keys = reader.list({ namespace, application });
  const shown = await Promise.all(
    keys.map(async (key) => ({
      ...key,
      value: await shownValue(key, { namespace, application, key: key.key }),
    })),
  );
  if (json) printJson(shown);
  else {
    const rows = shown.map(({ key, contentType = '', value, revision, actor = '', at }) => [
      key,
      contentType,
      short(value),
      revision,
      actor,
      ago(at, Date.now()),
    ]);
    print(renderTable(['KEY', 'TYPE', 'VALUE', 'REVISION', 'BY', 'AGO'], rows));
  }
};

interface SetOptions extends WriteOptions {
  readonly type?: string;
  readonly at?: string;
  readonly for?: string;
}

export const set: Command<SetOptions, [...Key, value: string]> = async (context, options, ...words) => {
  const [application, key, given] = words;
  const { namespace, json } = context;
  const text = given === '-' ? (await textOf('-')).replace(/\r?\n$/, '') : given;
  const content = await contentFrom(text, options.type, { namespace, application, key });
  const config = await configOf(context, application);
  const times = { effectiveAt: options.at, revertAfter: options.for };
  const change = { key, content, ...expectationIn(options) };
  const written = await config.writeAt({ namespace, application }, [change], times, writerOf(options));
  if (json) printJson(written);
  else if (written.effectiveAt !== undefined)
    print(`${application}/${key} is set at ${written.effectiveAt}, schedule ${written.schedule}`);
  else {
    const undone = written.revertsAt === undefined ? '' : `, until ${written.revertsAt}`;
    print(`${application}/${key} is set, revision ${written.sequence}${undone}`);
  }
};

export const remove: Command<WriteOptions, Key> = async (context, options, application, key) => {
  const config = await configOf(context, application);
  const place = { namespace: context.namespace, application };
  const written = await config.write(place, [{ key, ...expectationIn(options) }], writerOf(options));
  if (context.json) printJson(written);
  else print(`${application}/${key} is deleted, revision ${written.sequence}`);
};

export const history: Command<object, Key> = async (context, _options, application, key) => {
  const { namespace, json } = context;
  const config = await configOf(context, application);
  const revisions = await config.history.of({ namespace, application }, key);
  const shown = await Promise.all(
    revisions.map(async (revision) => ({
      ...revision,
      value: await shownValue(revision, { namespace, application, key }),
    })),
  );
  if (json) printJson(shown);
  else {
    const rows = shown.map(({ revision, at, actor = '', reason = '', deleted, restores, refused, value }) => {
      const what = deleted === true ? '(deleted)' : short(value);
      const note =
        refused === undefined
          ? restores === undefined
            ? ''
            : `restores ${restores}`
          : `set aside: ${refused}`;
      return [revision, at, actor, what, note, reason];
    });
    print(renderTable(['REVISION', 'AT', 'BY', 'VALUE', 'NOTE', 'REASON'], rows));
  }
};

export const diff: Command<object, [...Key, from: string, to: string]> = async (
  context,
  _options,
  ...words
) => {
  const [application, key, from, to] = words;
  const config = await configOf(context, application);
  const place = { namespace: context.namespace, application };
  const found = await config.history.diff(place, key, revisionOf(from), revisionOf(to));
  if (context.json) printJson(found);
  else if (!found.changed) print('no difference');
  else if (found.lines.length === 0) print('differs (the values of secrets are not shown)');
  else
    for (const line of found.lines)
      print(plain(typeof line === 'string' ? line : Object.values(line).join(' ')));
};

export const rollback: Command<WriteOptions, [...Key, revision: string]> = async (
  context,
  options,
  ...words
) => {
  const [application, key, revision] = words;
  const config = await configOf(context, application);
  const { expected } = expectationIn(options);
  const at = { namespace: context.namespace, application, key };
  const written = await config.rollback(at, revisionOf(revision), writerOf(options), expected);
  if (context.json) printJson(written);
  else print(`${application}/${key} is again as at ${revision}, revision ${written.sequence}`);
};

interface InstanceOptions extends AtOption {
  readonly instance: string;
  readonly version?: string;
  readonly zone?: string;
  readonly tag?: string[];
}

export const effective: Command<InstanceOptions, [application: string]> = async (
  context,
  options,
  application,
) => {
  const { namespace, json } = context;
  const { instance, version, zone, tag: tags, at } = options;
  const config = await configReaderOf(context, application, at);
  const reader = { instance, ...(version && { version }), ...(zone && { zone }), ...(tags && { tags }) };
  const found = config.effective({ namespace, application }, reader);
  const keys = await Promise.all(
    found.keys.map(async (key) => ({
      ...key,
      value: await shownValue(key, { namespace, application, key: key.key }),
    })),
  );
  if (json) printJson({ ...found, keys });
  else {
    const rows = keys.map(({ key, value, layer, override, revision }) => [
      key,
      short(value),
      override === undefined ? layer : `${layer} ${override}`,
      revision,
    ]);
    print(renderTable(['KEY', 'VALUE', 'LAYER', 'REVISION'], rows));
  }
};

function revisionOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usage(`${quote(text)} is no revision`, 'rollcall config history shows them.');
}

/** One line, not too long: `get` shows all of it. */
function short(value: string): string {
  const [line = '', ...more] = value.split('\n');
  return line.length > 60 || more.length > 0 ? `${line.slice(0, 60)}...` : line;
}
