import type { ConfigOverride, GrayTarget } from '#contracts';
import { quote } from '#contracts';
import { documentFormatIn } from '#application';
import { usage } from '../input/usage.js';
import type { AtOption, Command } from '../commands/command.js';
import { print, printJson, remark } from '../output/print.js';
import { renderTable } from '../output/table.js';
import {
  configOf,
  configReaderOf,
  contentFrom,
  textOf,
  type WriteOptions,
  writerOf,
} from './config-session.js';

interface ImportOptions extends WriteOptions {
  readonly format?: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
}

type ImportWords = [application: string, file: string];

export const importFile: Command<ImportOptions, ImportWords> = async (
  context,
  options,
  application,
  file,
) => {
  const config = await configOf(context, application);
  const order = {
    format: documentFormatIn(options.format ?? formatOf(file)),
    text: await textOf(file),
    prune: options.prune === true,
    dryRun: options.dryRun === true,
  };
  const done = await config.transfer.import(
    { namespace: context.namespace, application },
    order,
    writerOf(options),
  );
  if (context.json) {
    printJson(done);
    return;
  }
  const rows = done.changes.map(({ kind, key, before = '', after = '' }) => [kind, key, before, after]);
  print(renderTable(['', 'KEY', 'BEFORE', 'AFTER'], rows));
  remark(
    done.dryRun
      ? 'nothing was written: this is the plan'
      : `imported, sequence ${done.sequence ?? 'unchanged'}`,
  );
};

interface ExportOptions extends AtOption {
  readonly format: string;
}

export const exportFile: Command<ExportOptions, [application: string]> = async (
  context,
  { format, at },
  application,
) => {
  const { transfer } = await configOf(context, application);
  const reader = await configReaderOf(context, application, at);
  const place = { namespace: context.namespace, application };
  process.stdout.write(transfer.export(place, documentFormatIn(format), reader));
};

function formatOf(file: string): string {
  const [, ending = file] = /\.([a-z]+)$/.exec(file) ?? [];
  return ending === 'yml' ? 'yaml' : ending.replace(/^.*\.env$/, 'env');
}

interface RuleOptions extends WriteOptions {
  readonly remove?: boolean;
}

type RuleWords = [application: string, key: string, file: string | undefined];

export const schema: Command<RuleOptions, RuleWords> = async (context, options, ...words) => {
  const [application, key, file] = words;
  const { schemas, reader } = await configOf(context, application);
  const place = { namespace: context.namespace, application };
  const at = { ...place, key };
  if (options.remove !== true && file === undefined) {
    printJson(reader.about(place, key, 'config-schema').schema);
    return;
  }
  const by = writerOf(options);
  const sequence =
    options.remove === true
      ? await schemas.remove(at, by)
      : await schemas.set(at, await jsonIn(file as string), by);
  told(
    context.json,
    { ...at, sequence },
    `schema of ${application}/${key} is ${options.remove ? 'removed' : 'set'}`,
  );
};

export const override: Command<RuleOptions, RuleWords> = async (context, options, ...words) => {
  const [application, key, file] = words;
  const { overrides, reader } = await configOf(context, application);
  const place = { namespace: context.namespace, application };
  const at = { ...place, key };
  if (options.remove !== true && file === undefined) {
    const hidden = reader.about(place, key, 'config-override').overrides.map((one) => ({
      ...one,
      value: one.contentType === 'secret' ? '[secret]' : one.value,
    }));
    printJson(hidden);
    return;
  }
  const by = writerOf(options);
  const sequence =
    options.remove === true
      ? await overrides.remove(at, by)
      : await overrides.set(at, (await jsonIn(file as string)) as ConfigOverride[], by);
  told(
    context.json,
    { ...at, sequence },
    `overrides of ${application}/${key} are ${options.remove ? 'removed' : 'set'}`,
  );
};

interface GrayOptions extends WriteOptions {
  readonly percent?: string;
  readonly zone?: string;
  readonly version?: string;
  readonly tag?: string[];
  readonly type?: string;
  readonly complete?: boolean;
  readonly withdraw?: boolean;
}

type GrayWords = [application: string, key: string, value: string | undefined];

export const gray: Command<GrayOptions, GrayWords> = async (context, options, ...words) => {
  const [application, key, value] = words;
  const { grays } = await configOf(context, application);
  const at = { namespace: context.namespace, application, key };
  const by = writerOf(options);
  if (options.complete === true) {
    const { sequence } = await grays.complete(at, by);
    told(context.json, { ...at, sequence }, `gray release of ${application}/${key} is completed`);
  } else if (options.withdraw === true) {
    told(
      context.json,
      { ...at, sequence: await grays.withdraw(at, by) },
      `gray release of ${application}/${key} is withdrawn`,
    );
  } else {
    const content = value === undefined ? {} : { content: await contentFrom(value, options.type, at) };
    const sequence = await grays.release(at, { ...content, to: targetIn(options) }, by);
    told(context.json, { ...at, sequence }, `gray release of ${application}/${key} is running`);
  }
};

function targetIn({ percent, zone, version, tag }: GrayOptions): GrayTarget {
  if (percent !== undefined && !(Number(percent) >= 0 && Number(percent) <= 100)) {
    throw usage(`--percent ${quote(percent)} is not between 0 and 100`);
  }
  const match = { ...(zone && { zone }), ...(version && { version }), ...(tag && { tags: tag }) };
  return {
    ...(Object.keys(match).length === 0 ? {} : { match }),
    ...(percent === undefined ? {} : { percent: Number(percent) }),
  };
}

interface ScheduleOptions extends WriteOptions {
  readonly cancel?: string;
}

export const schedule: Command<ScheduleOptions, [application: string]> = async (
  context,
  options,
  application,
) => {
  const { schedules, reader } = await configOf(context, application);
  const place = { namespace: context.namespace, application };
  if (options.cancel !== undefined) {
    const sequence = await schedules.cancel(place, options.cancel, writerOf(options));
    told(context.json, { ...place, sequence }, `schedule ${options.cancel} is cancelled`);
    return;
  }
  const found = reader.schedules(place);
  if (context.json) {
    printJson(found);
    return;
  }
  const rows = found.map(({ schedule, state, effectiveAt, changes, detail = '' }) => [
    schedule,
    state,
    effectiveAt,
    changes.map(({ key }) => key).join(', '),
    detail,
  ]);
  print(renderTable(['SCHEDULE', 'STATE', 'AT', 'KEYS', 'DETAIL'], rows));
};

export const rollout: Command<object, [application: string, key: string]> = async (
  context,
  _options,
  application,
  key,
) => {
  const { reader } = await configOf(context, application);
  const found = reader.about({ namespace: context.namespace, application }, key, 'config-rollout');
  if (context.json) {
    printJson(found);
    return;
  }
  const { applied, expected, rejected, durationMs, rejections, keyRevision } = found;
  print(
    `revision ${keyRevision}: ${applied} of ${expected} applied in ${durationMs} ms; ${rejected} rejected`,
  );
  if (rejections.length > 0)
    print(
      renderTable(
        ['INSTANCE', 'REASON'],
        rejections.map(({ instance, reason }) => [instance, reason]),
      ),
    );
};

async function jsonIn(file: string): Promise<object> {
  try {
    return JSON.parse(await textOf(file)) as object;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(`${quote(file)} is not JSON: ${error.message}`);
  }
}

function told(json: boolean, facts: { readonly sequence: number }, sentence: string): void {
  if (json) printJson(facts);
  else print(`${sentence}, sequence ${facts.sequence}`);
}
