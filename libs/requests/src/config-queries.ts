import { checkName, type ConfigReader } from '#contracts';
import { type ConfigReader as ConfigView, type ConfigService, documentFormatIn } from '#application';
import { revisionNamed } from './config-commands.js';
import { keyIn, placeIn } from './config-input.js';
import { checkFields, type Input, nameIn } from './input.js';

/** Answers from the config of a moment; `service` knows the rest, which is of now. */
type ConfigQuery = (reader: ConfigView, input: Input, service: ConfigService) => object | Promise<object>;

/** What can be asked about config on `rollcall.v1.query.config.<name>`: the same as over HTTP. */
export const configQueries: Readonly<Record<string, ConfigQuery>> = {
  'config.get': (reader, input) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['at', 'atLeast']);
    return reader.one(at, at.key);
  },

  'config.list': (reader, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['at', 'atLeast']);
    return { application: place.application, keys: reader.list(place) };
  },

  'config.history': async (_reader, input, { history }) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['atLeast']);
    return { key: at.key, revisions: await history.of(at, at.key) };
  },

  'config.diff': (_reader, input, { history }) => {
    const { at, rest } = keyIn(input);
    checkFields(rest, ['from', 'to', 'atLeast']);
    return history.diff(at, at.key, revisionNamed(rest, 'from'), revisionNamed(rest, 'to'));
  },

  'config.applications': (reader, input) => {
    checkFields(input, ['namespace', 'at', 'atLeast']);
    return { applications: reader.applications(nameIn(input, 'namespace')) };
  },

  /** `reader`: `{instance, version?, zone?, tags?, metadata?}`. */
  'config.effective': (reader, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['reader', 'at', 'atLeast']);
    const instance = (rest['reader'] ?? {}) as ConfigReader;
    checkName('instance', instance.instance);
    return reader.effective(place, instance);
  },

  'config.schedules': (reader, input) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['at', 'atLeast']);
    return { application: place.application, schedules: reader.schedules(place) };
  },

  'config.export': (reader, input, { transfer }) => {
    const { place, rest } = placeIn(input);
    checkFields(rest, ['format', 'at', 'atLeast']);
    const format = documentFormatIn(rest['format'] ?? 'json');
    return { format, text: transfer.export(place, format, reader) };
  },
};
