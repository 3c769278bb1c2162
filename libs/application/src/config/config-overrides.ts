import { type ConfigOverride, type ConfigOverrideView, eventTypes, quote, RollcallError } from '#contracts';
import type { Actor } from '../registrar/event-factory.js';
import { writeAggregate } from './aggregate-writer.js';
import { checkContent, type ConfigParts } from './config-writer.js';
import type { Expectation } from './expectation.js';
import type { Standing } from './present.js';
import { matchProblem } from './refusal.js';
import { schemasNow } from './schemas-now.js';
import { type KeyPlace, checkApplication, checkConfigKey, configId, nameOf } from './words.js';

/** Other values of a key for some instances. */
export class ConfigOverrides {
  constructor(private readonly parts: ConfigParts) {}

  /**
   * Sets all overrides of a key, in order: of those that match an instance, the last counts.
   * @throws ROLLCALL_CONFIG_INVALID, ROLLCALL_RECORD_INVALID, ROLLCALL_CONFIG_CONFLICT
   */
  set(
    at: KeyPlace,
    overrides: readonly ConfigOverride[],
    by: Actor,
    expected?: Expectation,
  ): Promise<number> {
    const place = checkApplication(at);
    const key = checkConfigKey(at.key);
    const id = configId(place, key, 'config-override');
    const say = async () => {
      const schemas = await schemasNow(this.parts.journal, this.parts.view(), place, [key]);
      for (const override of overrides) {
        const problem = matchProblem(override.match ?? {});
        if (problem !== undefined) {
          const text = `override ${quote(override.name)} of ${quote(key)}: ${problem}`;
          throw new RollcallError('ROLLCALL_CONFIG_INVALID', text, { details: { key } });
        }
        checkContent(place, { key, content: override }, schemas);
      }
      return { type: eventTypes.configOverrideSet, data: { ...place, key, overrides } };
    };
    return writeAggregate<ConfigOverrideView>(this.parts, id, { by, say, expected });
  }

  /** @throws ROLLCALL_NOT_FOUND, ROLLCALL_CONFIG_CONFLICT */
  remove(at: KeyPlace, by: Actor, expected?: Expectation): Promise<number> {
    const place = checkApplication(at);
    const key = checkConfigKey(at.key);
    const id = configId(place, key, 'config-override');
    const say = ({ record }: Standing<ConfigOverrideView>) => {
      const data = { ...place, key, overrides: [], removed: true };
      if (record !== undefined) return { type: eventTypes.configOverrideRemoved, data };
      throw new RollcallError('ROLLCALL_NOT_FOUND', `${nameOf(place)} has no overrides of ${quote(key)}`);
    };
    return writeAggregate<ConfigOverrideView>(this.parts, id, { by, say, expected });
  }
}
