import {
  type ConfigGrayRecord,
  type ConfigGrayView,
  type ConfigView,
  type ConfigWritten,
  eventTypes,
  type GrayState,
  type GrayTarget,
  quote,
  RollcallError,
} from '#contracts';
import type { Actor } from '../registrar/event-factory.js';
import { eventOf, writeAggregate } from './aggregate-writer.js';
import { checkContent, type ConfigParts, type ConfigWriter } from './config-writer.js';
import type { Content } from './config-input.js';
import type { Expectation } from './expectation.js';
import { type Standing, standingOf } from './present.js';
import { matchProblem } from './refusal.js';
import { schemasNow } from './schemas-now.js';
import { checkApplication, checkConfigKey, configId, type KeyPlace, nameOf } from './words.js';

/** A new value for some instances, or with the value left out, for more of them. */
export interface GrayOrder {
  readonly content?: Content;
  readonly to: GrayTarget;
  /** Stop it when more than this share of the instances it is for reject it, in percent. */
  readonly rejectionSharePercentMax?: number;
}

const REJECTION_SHARE_DEFAULT = 10;

/** Gray releases: a value of a key that only some instances see, until it is completed or withdrawn. */
export class ConfigGrays {
  constructor(
    private readonly parts: ConfigParts,
    private readonly writer: ConfigWriter,
  ) {}

  /**
   * Starts a release, or changes whom a running one is for.
   * @throws ROLLCALL_CONFIG_INVALID, ROLLCALL_CONFIG_CONFLICT, ROLLCALL_RECORD_INVALID, ROLLCALL_NOT_FOUND when
   * nothing runs and no value is given
   */
  release(at: KeyPlace, order: GrayOrder, by: Actor, expected?: Expectation): Promise<number> {
    const place = checkApplication(at);
    const key = checkConfigKey(at.key);
    const problem = matchProblem(order.to.match ?? {});
    if (problem !== undefined) throw new RollcallError('ROLLCALL_CONFIG_INVALID', `the target: ${problem}`);
    const say = async ({ record }: Standing<ConfigGrayView>) => {
      const { content } = order;
      if (record !== undefined) {
        checkSameValue({ ...place, key }, record, content);
        return { type: eventTypes.configGrayWidened, data: changed(record, order) };
      }
      if (content === undefined) throw notRunning({ ...place, key });
      await this.#check({ ...place, key }, content);
      return {
        type: eventTypes.configGrayStarted,
        data: await this.#begin({ ...place, key }, content, order),
      };
    };
    const id = configId(place, key, 'config-gray');
    return writeAggregate<ConfigGrayView>(this.parts, id, { by, say, expected });
  }

  /**
   * Gives the value to everybody: the key is set and the release ended, or neither.
   * @throws ROLLCALL_NOT_FOUND, ROLLCALL_CONFIG_CONFLICT when somebody changed the key since the release began
   */
  async complete(at: KeyPlace, by: Actor): Promise<ConfigWritten> {
    const { record, guard } = await this.#running(at);
    const { key, contentType, value, baseRevision } = record;
    const ended = eventOf(
      this.parts,
      configId(record, key, 'config-gray'),
      { type: eventTypes.configGrayCompleted, data: inState(record, 'completed') },
      { expectedRevision: guard, by },
    );
    const change = { key, content: { contentType, value }, expected: { revision: baseRevision } };
    return this.writer.write(record, [change], by, { also: async () => [ended] });
  }

  /** Takes the value back from those who see it. @throws ROLLCALL_NOT_FOUND */
  withdraw(at: KeyPlace, by: Actor): Promise<number> {
    return this.#end(at, 'withdrawn', by);
  }

  /** The same, because too many rejected it. */
  stop(at: KeyPlace, detail: string): Promise<number> {
    const by = { actor: 'config-service', source: '/config-service', reason: detail };
    return this.#end(at, 'stopped', by, detail);
  }

  #end(at: KeyPlace, state: 'withdrawn' | 'stopped', by: Actor, detail?: string): Promise<number> {
    const place = { ...checkApplication(at), key: checkConfigKey(at.key) };
    const type = state === 'stopped' ? eventTypes.configGrayStopped : eventTypes.configGrayWithdrawn;
    const say = ({ record }: Standing<ConfigGrayView>) => {
      if (record === undefined) throw notRunning(place);
      return { type, data: inState(record, state, detail) };
    };
    return writeAggregate<ConfigGrayView>(this.parts, configId(place, place.key, 'config-gray'), { by, say });
  }

  async #running(at: KeyPlace): Promise<{ record: ConfigGrayView; guard: number }> {
    const place = { ...checkApplication(at), key: checkConfigKey(at.key) };
    const id = configId(place, place.key, 'config-gray');
    const { record, guard } = await standingOf<ConfigGrayView>(this.parts.journal, this.parts.view(), id);
    if (record === undefined) throw notRunning(place);
    return { record, guard };
  }

  async #check(at: KeyPlace, content: Content): Promise<void> {
    const schemas = await schemasNow(this.parts.journal, this.parts.view(), at, [at.key]);
    checkContent(at, { key: at.key, content }, schemas);
  }

  async #begin(at: KeyPlace, content: Content, order: GrayOrder): Promise<ConfigGrayRecord> {
    const id = configId(at, at.key);
    const { record, revision } = await standingOf<ConfigView>(this.parts.journal, this.parts.view(), id);
    return {
      ...at,
      ...content,
      to: order.to,
      state: 'running',
      baseRevision: record === undefined ? 0 : revision,
      rejectionSharePercentMax: order.rejectionSharePercentMax ?? REJECTION_SHARE_DEFAULT,
    };
  }
}

function recordOf({
  revision: _revision,
  departure: _departure,
  ...record
}: ConfigGrayView): ConfigGrayRecord {
  return record;
}

function inState(view: ConfigGrayView, state: GrayState, detail?: string): ConfigGrayRecord {
  return { ...recordOf(view), state, ...(detail === undefined ? {} : { detail }) };
}

function changed(view: ConfigGrayView, { to, rejectionSharePercentMax }: GrayOrder): ConfigGrayRecord {
  const share = rejectionSharePercentMax === undefined ? {} : { rejectionSharePercentMax };
  return { ...recordOf(view), to, ...share };
}

function checkSameValue(at: KeyPlace, record: ConfigGrayView, content: Content | undefined): void {
  const isSame =
    content === undefined || (content.contentType === record.contentType && content.value === record.value);
  if (isSame) return;
  const text = `a gray release of config key ${quote(at.key)} of ${nameOf(at)} runs already, with another value`;
  throw new RollcallError('ROLLCALL_CONFIG_CONFLICT', text, { action: 'Complete or withdraw it first.' });
}

function notRunning(at: KeyPlace): RollcallError {
  const text = `no gray release of config key ${quote(at.key)} of ${nameOf(at)} runs`;
  return new RollcallError('ROLLCALL_NOT_FOUND', text, { action: 'Start one with a value and a target.' });
}
