import { type ConfigGrayView, type ConfigReporterId, errorText, SHARED_APPLICATION } from '#contracts';
import { isInGray, isPresent } from '#domain';
import type { Log } from '../ports/log.js';
import type { ConfigGrays } from './config-grays.js';
import type { ConfigParts } from './config-writer.js';
import { rejectionOf, type Reporters } from './reporters.js';
import type { KeyPlace } from './words.js';

/** Stops a gray release that too many of the instances it is for reject. */
export class GrayJudge {
  readonly #parts: ConfigParts & { readonly log: Log };
  readonly #grays: ConfigGrays;
  readonly #reporters: Reporters;
  readonly #stopping = new Set<string>();

  constructor(parts: ConfigParts & { readonly log: Log }, grays: ConfigGrays, reporters: Reporters) {
    this.#parts = parts;
    this.#grays = grays;
    this.#reporters = reporters;
  }

  /** An instance has rejected a key: is it one too many? */
  judge({ namespace, application }: ConfigReporterId, key: string): void {
    for (const owner of [application, SHARED_APPLICATION]) {
      const { table } = this.#parts.view();
      const slot = table.get(`${namespace}.config-gray.${owner}.${key.replaceAll('.', '/')}`);
      if (slot === undefined || !isPresent(slot.entry)) continue;
      this.#judgeOne({ namespace, application: owner, key }, slot.entry.record as ConfigGrayView);
    }
  }

  #judgeOne(place: KeyPlace, gray: ConfigGrayView): void {
    let [members, rejected] = [0, 0];
    for (const reporter of this.#reporters.readersOf(place.namespace, place.application)) {
      const rejects = rejectionOf(reporter.report, place.key, gray.revision) !== undefined;
      if (rejects) rejected += 1;
      if (rejects || isInGray(gray.to, place, this.#reporters.readerOf(reporter))) members += 1;
    }
    const sharePercent = members === 0 ? 0 : (100 * rejected) / members;
    const name = `${place.namespace}/${place.application}/${place.key}/${gray.revision}`;
    if (sharePercent <= gray.rejectionSharePercentMax || this.#stopping.has(name)) return;
    this.#stopping.add(name);
    const detail = `${rejected} of ${members} instances rejected it, above ${gray.rejectionSharePercentMax} %`;
    this.#parts.log.warn('stopping a gray release', {
      key: place.key,
      application: place.application,
      detail,
    });
    this.#grays
      .stop(place, detail)
      .catch((error: unknown) =>
        this.#parts.log.warn('a gray release could not be stopped', { error: errorText(error) }),
      )
      .finally(() => this.#stopping.delete(name));
  }
}
