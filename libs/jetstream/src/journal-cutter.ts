import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { limits, RollcallError } from '#contracts';
import type { JournalCutter } from '#application';
import { brokerError } from '#nats';
import { JOURNAL_DUPLICATES } from './stream-configs.js';

const PAUSE_MS = 20;

/**
 * Cuts the journal by the broker's limit of age, which is set for a moment: a limit that stood would go on taking
 * events while no registry is there to carry what is alive.
 */
export class JetStreamJournalCutter implements JournalCutter {
  constructor(
    private readonly manager: JetStreamManager,
    private readonly stream: string,
  ) {}

  async size(): Promise<{ bytes: number; nowMs: number }> {
    const { config, state, ts = '' } = await this.#info();
    if (config.max_age !== 0) await this.#lift();
    return { bytes: state.bytes, nowMs: Date.parse(ts) };
  }

  async cut(ageMs: number): Promise<void> {
    const { config } = await this.#info();
    const age = nanos(Math.ceil(ageMs));
    // The broker allows no window for duplicates that is longer than the age.
    const limited = { ...config, max_age: age, duplicate_window: Math.min(config.duplicate_window, age) };
    try {
      const stored = (await this.manager.streams.update(this.stream, limited)).config.max_age;
      if (stored !== age) {
        const what = `the broker holds ${stored} ns as the age of stream "${this.stream}" instead of ${age}`;
        throw new RollcallError('ROLLCALL_STREAM_CONFLICT', what);
      }
      await this.#taken(ageMs);
    } catch (error) {
      throw brokerError(error, 'cutting the journal');
    } finally {
      await this.#lift();
    }
  }

  /** Also what a cut has left that could not come to its end: asked for its size, the journal is freed of it. */
  async #lift(): Promise<void> {
    try {
      await this.manager.streams.update(this.stream, { max_age: 0, duplicate_window: JOURNAL_DUPLICATES });
    } catch (error) {
      throw brokerError(error, 'lifting the limit of the journal');
    }
  }

  /** The broker takes what is too old in its own time; what it leaves is taken by the next cut. */
  async #taken(ageMs: number): Promise<void> {
    const deadlineMs = performance.now() + limits.publishTimeoutMs;
    while (performance.now() < deadlineMs) {
      const { state, ts = '' } = await this.#info();
      const oldestMs = Date.parse(ts) - Date.parse(state.first_ts);
      if (state.messages === 0 || oldestMs < ageMs + PAUSE_MS) return;
      await delay(PAUSE_MS);
    }
  }

  async #info(): Promise<StreamInfo> {
    try {
      return await this.manager.streams.info(this.stream);
    } catch (error) {
      throw brokerError(error, 'looking at the journal');
    }
  }
}
