import { checkName, type ConfigReader } from '#contracts';
import { type ConfigService, documentFormatIn } from '#application';
import { revisionNamed } from './config-commands.js';
import { keyIn, placeIn } from './config-input.js';
import { checkFields, type Input } from './input.js';

type ConfigQuery = (config: ConfigService, input: Input) => object | Promise<object>;

/** What can be asked about config on `rollcall.v1.query.config.<name>`: the same as over HTTP. */
export const configQueries: Readonly<Record<string, ConfigQuery>> = {
  'config.get': ({ reader }, input) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['atLeast']);
    return reader.one(at, at.key);
  },

  'config.list': ({ reader }, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['atLeast']);
    return { application: place.application, keys: reader.list(place) };
  },

  'config.history': async ({ history }, input) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['atLeast']);
    return { key: at.key, revisions: await history.of(at, at.key) };
  },

  'config.diff': ({ history }, input) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['from', 'to', 'atLeast']);
    return history.diff(at, at.key, revisionNamed(rest, 'from'), revisionNamed(rest, 'to'));
  },

  /** `reader`: `{instance, version?, zone?, tags?, metadata?}`. */
  'config.effective': ({ reader }, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['reader', 'atLeast']);
    const instance = (rest['reader'] ?? {}) as ConfigReader;
    checkName('instance', instance.instance);
    return reader.effective(place, instance);
  },

  'config.schedules': ({ reader }, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['atLeast']);
    return { application: place.application, schedules: reader.schedules(place) };
  },

  'config.export': ({ transfer }, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['format', 'atLeast']);
    const format = documentFormatIn(rest['format'] ?? 'json');
    return { format, text: transfer.export(place, format) };
  },
};
