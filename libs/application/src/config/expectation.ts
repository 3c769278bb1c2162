import { type ConfigView, quote, RollcallError, type ViewedConfig } from '#contracts';
import { toTime } from '#domain';
import type { Standing } from './present.js';
import { type KeyPlace, nameOf } from './words.js';

/** What must hold for a write. `revision: 0`: the key must never have been written, or be deleted. */
export interface Expectation {
  readonly revision?: number;
  /** Id of the event that must be the key's last. */
  readonly event?: string;
  /** True: the key must exist, at whatever revision. */
  readonly present?: boolean;
}

/** @throws ROLLCALL_CONFIG_CONFLICT saying who changed it, when and to what */
export function checkExpectation<Viewed extends ViewedConfig>(
  place: KeyPlace,
  standing: Standing<Viewed>,
  expected: Expectation = {},
): void {
  const { revision, event, present } = expected;
  const { record, last } = standing;
  if (present === true && record === undefined) throw conflict(place, standing, 'it does not exist');
  if (revision === 0 && record !== undefined) throw conflict(place, standing, 'it exists already');
  if (revision !== undefined && revision !== 0 && revision !== standing.revision) {
    throw conflict(place, standing, `it is not at revision ${revision}`, revision);
  }
  if (event !== undefined && last?.id !== event) throw conflict(place, standing, 'it was changed since');
}

function conflict<Viewed extends ViewedConfig>(
  place: KeyPlace,
  standing: Standing<Viewed>,
  why: string,
  expected?: number,
): RollcallError {
  const { key } = place;
  const { revision, last } = standing;
  const actual = {
    revision,
    ...(last === undefined ? {} : { at: toTime(last.atMs) }),
    ...(last?.actor === undefined ? {} : { actor: last.actor }),
    ...(last?.reason === undefined ? {} : { reason: last.reason }),
    ...contentOf(standing.record),
  };
  const text = `config key ${quote(key)} of ${nameOf(place)}: ${why}; ${sentenceOf(standing)}`;
  const details = { key, ...(expected === undefined ? {} : { expected }), actual };
  return new RollcallError('ROLLCALL_CONFIG_CONFLICT', text, { details });
}

function sentenceOf<Viewed extends ViewedConfig>({ revision, last, record }: Standing<Viewed>): string {
  if (last === undefined) return 'nobody has ever written it';
  const who = last.actor ?? 'somebody unnamed';
  const why = last.reason === undefined ? '' : `, because: ${last.reason}`;
  const { value, deleted } = contentOf(record);
  const deed =
    deleted === true ? 'deleted it' : `set it to ${value === undefined ? 'a secret' : quote(value)}`;
  return `${who} ${deed} at ${toTime(last.atMs)} (revision ${revision})${why}`;
}

/** What a message may show of a value: all of it, but nothing of a secret. */
function contentOf(record: ViewedConfig | undefined): {
  readonly contentType?: string;
  readonly value?: string;
  readonly deleted?: true;
} {
  if (record === undefined) return { deleted: true };
  const { contentType, value } = record as Partial<ConfigView>;
  if (contentType === undefined) return {};
  return { contentType, ...(contentType === 'secret' || value === undefined ? {} : { value }) };
}
