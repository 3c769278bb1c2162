import {
  aggregateKey,
  type ConfigReader as Instance,
  type ConfigGrayView,
  type ConfigOverrideView,
  type ConfigRolloutView,
  type ConfigSchemaView,
  type ConfigScheduleView,
  type ConfigView,
  type EffectiveConfig,
  quote,
  RollcallError,
  SHARED_APPLICATION,
} from '#contracts';
import { isPresent, resolveEffective, type ViewEntry } from '#domain';
import type { ViewSource } from '../reader/reader.js';
import { type ApplicationPlace, checkApplication, checkSchemaKey, configId, nameOf } from './words.js';

/** One line of the list of applications with config. */
export interface ApplicationSummary {
  readonly application: string;
  readonly keys: number;
  /** Sequence of the newest change. */
  readonly revision: number;
}

/** A key as it stands, with who said so. */
export type ShownConfig = ConfigView & {
  readonly at: string;
  readonly actor?: string;
  readonly reason?: string;
};

/** What is shown of each kind beside the value of a key. */
interface ViewOf {
  'config-override': ConfigOverrideView;
  'config-schema': ConfigSchemaView;
  'config-gray': ConfigGrayView;
  'config-rollout': ConfigRolloutView;
}

/** Answers about config from the view in memory. */
export class ConfigReader {
  /** @throws ROLLCALL_UNAVAILABLE before the view is loaded */
  constructor(private readonly view: () => ViewSource) {}

  applications(namespace: string): ApplicationSummary[] {
    const summaries: ApplicationSummary[] = [];
    for (const { namespace: where, application } of this.view().table.applications()) {
      if (where !== namespace) continue;
      const keys = this.list({ namespace, application });
      if (keys.length === 0) continue;
      const revision = Math.max(...keys.map((key) => key.revision));
      summaries.push({ application, keys: keys.length, revision });
    }
    return summaries.toSorted((left, right) => (left.application < right.application ? -1 : 1));
  }

  /** The keys of an application that stand, by name. */
  list(where: ApplicationPlace): ShownConfig[] {
    const place = checkApplication(where);
    const shown: ShownConfig[] = [];
    for (const { key, entry } of this.#slots(place)) {
      if (key.startsWith(`${place.namespace}.config.`) && isPresent(entry)) {
        shown.push(shownOf(entry));
      }
    }
    return shown.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  }

  /** @throws ROLLCALL_NOT_FOUND */
  one(where: ApplicationPlace, key: string): ShownConfig {
    const place = checkApplication(where);
    const entry = this.view().table.get(aggregateKey(configId(place, checkSchemaKey(key))))?.entry;
    if (entry !== undefined && isPresent(entry)) return shownOf(entry);
    throw missing(place, key, 'config key');
  }

  /** @throws ROLLCALL_NOT_FOUND when nothing was ever said of a key that the view remembers */
  known(where: ApplicationPlace, key: string): void {
    const place = checkApplication(where);
    const { table } = this.view();
    const isKnown = (['config', 'config-override', 'config-gray'] as const).some(
      (kind) => table.get(aggregateKey(configId(place, checkSchemaKey(key), kind))) !== undefined,
    );
    if (!isKnown) throw missing(place, key, 'config key');
  }

  /** What is in force of another kind about a key. @throws ROLLCALL_NOT_FOUND */
  about<Kind extends keyof ViewOf>(where: ApplicationPlace, key: string, kind: Kind): ViewOf[Kind] {
    const place = checkApplication(where);
    const entry = this.view().table.get(aggregateKey(configId(place, checkSchemaKey(key), kind)))?.entry;
    if (entry !== undefined && isPresent(entry)) return entry.record as ViewOf[Kind];
    throw missing(place, key, `${kind} for`);
  }

  /**
   * What one instance sees of an application, and from which layer each key comes.
   * @param reader the instance as somebody describes it
   */
  effective(where: ApplicationPlace, reader: Instance): EffectiveConfig {
    const place = checkApplication(where);
    const shared = { ...place, application: SHARED_APPLICATION };
    return resolveEffective(place, [...this.#slots(shared), ...this.#slots(place)], reader);
  }

  /** Schedules of an application by their time: those that wait, and of the last day those that do not any more. */
  schedules(where: ApplicationPlace): ConfigScheduleView[] {
    const place = checkApplication(where);
    const prefix = `${place.namespace}.config-schedule.`;
    const found = [...this.#slots(place)].filter(({ key }) => key.startsWith(prefix));
    return found
      .map(({ entry }) => entry.record as ConfigScheduleView)
      .toSorted((left, right) => (Date.parse(left.effectiveAt) < Date.parse(right.effectiveAt) ? -1 : 1));
  }

  #slots({ namespace, application }: ApplicationPlace) {
    return this.view().table.application(namespace, application)?.slots.values() ?? [];
  }
}

function shownOf({ record, at, cause: { actor, reason } }: ViewEntry): ShownConfig {
  return {
    ...(record as ConfigView),
    at,
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function missing(place: ApplicationPlace, key: string, what: string): RollcallError {
  return new RollcallError('ROLLCALL_NOT_FOUND', `${nameOf(place)} has no ${what} ${quote(key)}`);
}
