import { type ConfigOverride, type GrayTarget, quote, RollcallError } from '#contracts';
import {
  type Actor,
  batchBody,
  type ConfigService,
  contentIn,
  documentFormatIn,
  putBody,
} from '#application';
import { expectationIn, flagIn, keyIn, objectIn, placeIn } from './config-input.js';
import { checkFields, type Input } from './input.js';

type ConfigCommand = (config: ConfigService, input: Input, by: Actor) => Promise<object>;

/**
 * What can be done with config on `rollcall.v1.command.config.<name>`: the fields of the HTTP bodies, with the names
 * of the path, and `revision` in place of If-Match.
 */
export const configCommands: Readonly<Record<string, ConfigCommand>> = {
  'config.set': (config, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: body } = expectationIn(rest);
    const { content, reason: _reason, ...times } = putBody(body);
    const change = { key: at.key, content, ...(expected === undefined ? {} : { expected }) };
    return config.writeAt(at, [change], times, by);
  },

  'config.delete': (config, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: others } = expectationIn(rest);
    checkFields(others, []);
    return config.write(at, [{ key: at.key, ...(expected === undefined ? {} : { expected }) }], by);
  },

  'config.batch': (config, input, by) => {
    const { place, rest } = placeIn(input);
    const { changes, reason: _reason, ...times } = batchBody(rest);
    return config.writeAt(place, changes, times, by);
  },

  /** `to`: the revision to bring back. */
  'config.rollback': (config, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: others } = expectationIn(rest);
    checkFields(others, ['to']);
    return config.rollback(at, revisionNamed(others, 'to'), by, expected);
  },

  'config.undelete': (config, input, by) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, []);
    return config.undelete(at, by);
  },

  /** Without a schema, the one there is is taken away. */
  'config.schema': async ({ schemas }, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: others } = expectationIn(rest);
    checkFields(others, ['schema']);
    const isRemoved = others['schema'] === undefined || others['schema'] === null;
    const sequence = isRemoved
      ? await schemas.remove(at, by, expected)
      : await schemas.set(at, objectIn(others, 'schema'), by, expected);
    return { sequence };
  },

  /** All overrides of a key, in order; none takes them away. */
  'config.overrides': async (config, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: others } = expectationIn(rest);
    checkFields(others, ['overrides']);
    const overrides = overridesIn(others['overrides']);
    const sequence =
      overrides.length === 0
        ? await config.overrides.remove(at, by, expected)
        : await config.overrides.set(at, overrides, by, expected);
    return { sequence };
  },

  'config.gray': async ({ grays }, input, by) => {
    const { at, rest } = keyIn(input);
    const { expected, rest: others } = expectationIn(rest);
    checkFields(others, ['value', 'contentType', 'to', 'rejectionSharePercentMax']);
    const share = others['rejectionSharePercentMax'] as number | undefined;
    const order = {
      ...(others['value'] === undefined ? {} : { content: contentIn(others) }),
      to: objectIn(others, 'to') as GrayTarget,
      ...(share === undefined ? {} : { rejectionSharePercentMax: share }),
    };
    return { sequence: await grays.release(at, order, by, expected) };
  },

  'config.gray-complete': ({ grays }, input, by) => grays.complete(onlyKey(input), by),

  'config.gray-withdraw': async ({ grays }, input, by) => ({
    sequence: await grays.withdraw(onlyKey(input), by),
  }),

  'config.cancel': async ({ schedules }, input, by) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['schedule']);
    return { sequence: await schedules.cancel(place, String(rest['schedule']), by) };
  },

  'config.import': ({ transfer }, input, by) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['format', 'text', 'dryRun', 'prune']);
    const { text } = rest;
    if (typeof text !== 'string') {
      throw new RollcallError('ROLLCALL_RECORD_INVALID', `text ${quote(text ?? null)} is no text`);
    }
    const flags = { dryRun: flagIn(rest, 'dryRun'), prune: flagIn(rest, 'prune') };
    return transfer.import(place, { format: documentFormatIn(rest['format']), text, ...flags }, by);
  },
};

function onlyKey(input: Input) {
  const { at, rest } = keyIn(input);
  checkFields(rest, []);
  return at;
}

/** @throws ROLLCALL_RECORD_INVALID */
export function revisionNamed(input: Input, name: string): number {
  const { expected } = expectationIn({ revision: input[name] ?? null });
  return expected?.revision ?? 0;
}

function overridesIn(value: unknown): ConfigOverride[] {
  if (!Array.isArray(value)) {
    throw new RollcallError('ROLLCALL_RECORD_INVALID', `overrides ${quote(value ?? null)} is no list`);
  }
  return (value as unknown[]).map((item, index) => {
    const given = (typeof item === 'object' && item !== null ? item : {}) as Input;
    checkFields(given, ['name', 'match', 'value', 'contentType']);
    const { name, match = {} } = given as Partial<ConfigOverride>;
    return { name, match, ...contentIn(given, `overrides.${index}.`) } as ConfigOverride;
  });
}
