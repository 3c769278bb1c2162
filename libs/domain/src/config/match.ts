import type { ConfigMatch, ConfigReader, GrayTarget } from '#contracts';
import { meetsRequirement, parseSelector } from '../query/selector.js';
import { parseVersionRange } from '../query/version-range.js';
import { isInShare } from './stable-share.js';

type Test = (reader: ConfigReader) => boolean;

/**
 * Reads what an override or a gray release is for.
 * @throws ROLLCALL_FILTER_INVALID naming the character of a version range or selector that cannot be read
 */
export function compileMatch(match: ConfigMatch): Test {
  const { version, zone, tags, instance, selector } = match;
  const range = version === undefined ? undefined : parseVersionRange(version);
  const requirements = selector === undefined ? [] : parseSelector(selector);
  return (reader) =>
    (range === undefined || (reader.version !== undefined && range.includes(reader.version))) &&
    (zone === undefined || reader.zone === zone) &&
    (tags ?? []).every((tag) => reader.tags?.includes(tag)) &&
    (instance === undefined || reader.instance === instance) &&
    requirements.every((requirement) => meetsRequirement(reader.metadata ?? {}, requirement));
}

/** Records of the view are never changed, so each is read once. */
const compiled = new WeakMap<ConfigMatch, Test>();

/** Whether a match holds for an instance. One that cannot be read holds for nobody. */
export function matches(match: ConfigMatch, reader: ConfigReader): boolean {
  let test = compiled.get(match);
  if (test === undefined) {
    test = compiledOrNobody(match);
    compiled.set(match, test);
  }
  return test(reader);
}

function compiledOrNobody(match: ConfigMatch): Test {
  try {
    return compileMatch(match);
  } catch {
    return () => false;
  }
}

/** Whether a gray release of a key is for an instance: match and share must both hold, as far as they are given. */
export function isInGray(
  { match, percent }: GrayTarget,
  { application, key }: { readonly application: string; readonly key: string },
  reader: ConfigReader,
): boolean {
  if (match === undefined && percent === undefined) return false;
  if (match !== undefined && !matches(match, reader)) return false;
  return percent === undefined || isInShare(application, key, reader.instance, percent);
}
