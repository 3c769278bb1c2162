import {
  type ConfigGrayView,
  type ConfigLayer,
  type ConfigOverrideView,
  type ConfigReader,
  type ConfigView,
  type ContentType,
  type EffectiveConfig,
  type EffectiveKey,
  parseAggregateKey,
  SHARED_APPLICATION,
} from '#contracts';
import { isPresent, type ViewEntry } from '../view/entry.js';
import { isInGray, matches } from './match.js';

/** What one application says of one key. */
export interface KeySources {
  readonly config?: ViewEntry<ConfigView>;
  readonly gray?: ViewEntry<ConfigGrayView>;
  readonly override?: ViewEntry<ConfigOverrideView>;
}

/** One key of the view, as a table or a snapshot holds it. */
export interface ViewSlot {
  readonly key: string;
  readonly entry: ViewEntry;
}

const sourceOf = { config: 'config', 'config-gray': 'gray', 'config-override': 'override' } as const;

/** The config key an aggregate of config says something of, and in which part; undefined for everything else. */
export function sourceAt(
  viewKey: string,
): { readonly application: string; readonly key: string; readonly part: keyof KeySources } | undefined {
  const aggregate = parseAggregateKey(viewKey);
  if (aggregate === undefined || !('key' in aggregate) || !Object.hasOwn(sourceOf, aggregate.kind))
    return undefined;
  const { application, key, kind } = aggregate;
  return { application, key, part: sourceOf[kind as keyof typeof sourceOf] };
}

/** Everything said of the keys of one application. */
export class SourceTable {
  readonly #sources = new Map<string, KeySources>();

  get(key: string): KeySources | undefined {
    return this.#sources.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#sources.keys();
  }

  put(
    { key, part }: { readonly key: string; readonly part: keyof KeySources },
    entry: ViewEntry | undefined,
  ): void {
    const { [part]: _replaced, ...others } = this.#sources.get(key) ?? {};
    const sources: KeySources = entry === undefined ? others : { ...others, [part]: entry };
    if (Object.keys(sources).length === 0) this.#sources.delete(key);
    else this.#sources.set(key, sources);
  }
}

interface Content {
  readonly contentType: ContentType;
  readonly value: string;
}

/** What the layers of one application say of a key to one instance; of these, the last counts. */
function* saidBy(
  application: string,
  key: string,
  sources: KeySources,
  reader: ConfigReader,
): Generator<EffectiveKey> {
  const said = (layer: 'value' | 'gray' | 'override', content: Content, revision: number): EffectiveKey => {
    const { contentType, value } = content;
    return { key, contentType, value, layer: layerName(application, layer), revision };
  };
  const { config, gray, override } = sources;
  if (config !== undefined && isPresent(config)) {
    yield said('value', config.record as Content, config.record.revision);
  }
  if (gray !== undefined && isPresent(gray) && isInGray(gray.record.to, { application, key }, reader)) {
    yield said('gray', gray.record, gray.record.revision);
  }
  if (override === undefined || !isPresent(override)) return;
  for (const item of override.record.overrides) {
    if (matches(item.match, reader)) {
      yield { ...said('override', item, override.record.revision), override: item.name };
    }
  }
}

function layerName(application: string, layer: 'value' | 'gray' | 'override'): ConfigLayer {
  const owner = application === SHARED_APPLICATION ? 'shared' : 'application';
  return layer === 'value' ? owner : `${owner}-${layer}`;
}

/**
 * One key as one instance sees it: `_shared`, its gray release, its overrides, then the same of the application; the
 * last that exists and applies counts. Undefined when nothing says anything.
 */
export function resolveKey(
  { application, key }: { readonly application: string; readonly key: string },
  {
    shared = {},
    own = {},
  }: { readonly shared?: KeySources | undefined; readonly own?: KeySources | undefined },
  reader: ConfigReader,
): EffectiveKey | undefined {
  let last: EffectiveKey | undefined;
  for (const said of saidBy(SHARED_APPLICATION, key, shared, reader)) last = said;
  if (application === SHARED_APPLICATION) return last;
  for (const said of saidBy(application, key, own, reader)) last = said;
  return last;
}

/**
 * The config of an application as one instance sees it, key by key with the layer each comes from.
 * @param slots what the view holds of the application and of `_shared`; anything else is passed over
 */
export function resolveEffective(
  { namespace, application }: { readonly namespace: string; readonly application: string },
  slots: Iterable<ViewSlot>,
  reader: ConfigReader,
): EffectiveConfig {
  const tables = { shared: new SourceTable(), own: new SourceTable() };
  let revision = 0;
  for (const slot of slots) {
    const at = sourceAt(slot.key);
    if (at === undefined || !slot.key.startsWith(`${namespace}.`)) continue;
    const isShared = at.application === SHARED_APPLICATION;
    if (!isShared && at.application !== application) continue;
    tables[isShared ? 'shared' : 'own'].put(at, slot.entry);
    revision = Math.max(revision, slot.entry.sequence);
  }
  const names = [...new Set([...tables.shared.keys(), ...tables.own.keys()])].sort();
  const keys = names.flatMap((key) => {
    const sources = { shared: tables.shared.get(key), own: tables.own.get(key) };
    return resolveKey({ application, key }, sources, reader) ?? [];
  });
  return { namespace, application, keys, revision };
}
