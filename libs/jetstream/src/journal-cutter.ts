import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { RollcallError } from '#contracts';
import type { JournalCutter } from '#application';
import { brokerError } from '#nats';

const unlimited = { max_msgs: -1, max_age: 0 } as const;

/**
 * Cuts the journal by the broker's limit of the number of messages, which takes what is too much before it answers and
 * is lifted at once. It is not done by age: a limit of age that is left standing empties a journal at rest, this one
 * takes an event only for an event that is appended.
 */
export class JetStreamJournalCutter implements JournalCutter {
  constructor(
    private readonly manager: Pick<JetStreamManager, 'streams'>,
    private readonly stream: string,
  ) {}

  async size(): Promise<{ bytes: number; nowMs: number }> {
    const { state, ts = '' } = await this.#info();
    return { bytes: state.bytes, nowMs: Date.parse(ts) };
  }

  async cut(through: number): Promise<void> {
    const { config, state } = await this.#info();
    const kept = state.last_seq - through;
    if (kept < 1) throw this.#conflict(`ends at sequence ${state.last_seq} and cannot be cut at ${through}`);
    try {
      const stored = await this.#update({ ...config, max_msgs: kept });
      if (stored !== kept) throw this.#conflict(`holds ${stored} messages at most instead of ${kept}`);
    } finally {
      await this.lift();
    }
  }

  async lift(): Promise<boolean> {
    const { config } = await this.#info();
    if (config.max_msgs <= 0 && config.max_age === unlimited.max_age) return false;
    await this.#update({ ...config, ...unlimited });
    return true;
  }

  async #update(config: StreamConfig): Promise<number> {
    try {
      return (await this.manager.streams.update(this.stream, config)).config.max_msgs;
    } catch (error) {
      throw brokerError(error, 'changing the limits of the journal');
    }
  }

  async #info(): Promise<StreamInfo> {
    try {
      return await this.manager.streams.info(this.stream);
    } catch (error) {
      throw brokerError(error, 'looking at the journal');
    }
  }

  #conflict(what: string): RollcallError {
    return new RollcallError('ROLLCALL_STREAM_CONFLICT', `the stream "${this.stream}" ${what}`);
  }
}
