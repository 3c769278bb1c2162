import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { limits } from '#contracts';
import type { Watcher } from '#application';
import type { SseSink } from './sse-sink.js';
import { UnhurriedFlush } from './unhurried.js';

interface Session {
  readonly watcher: Watcher;
  readonly sink: SseSink;
}

const LOOK_MS = 100;
/** Each session is looked at so often: twice within the time it may be silent. */
const ROUND_MS = limits.watchKeepAliveMs / 2;

/** Everybody who watches over HTTP: kept alive, and let go when they no longer take anything. */
@Injectable()
export class WatchHub implements OnModuleDestroy {
  readonly unhurried = new UnhurriedFlush();
  /** In the order in which they are looked at next. */
  readonly #sessions = new Set<Session>();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS).unref();

  get count(): number {
    return this.#sessions.size;
  }

  /** Returns a function that takes the session out. */
  add(session: Session): () => void {
    this.#sessions.add(session);
    return () => {
      this.#sessions.delete(session);
      this.unhurried.remove(session.sink);
      session.watcher.stop();
    };
  }

  /** A server that closes waits for its connections: these would never end by themselves. */
  onModuleDestroy(): void {
    clearInterval(this.#timer);
    this.unhurried.stop();
    for (const { watcher, sink } of this.#sessions) {
      watcher.stop();
      sink.end();
    }
  }

  /** A few at a time: to write to thousands in one go would make everybody else wait. */
  #look(): void {
    let left = Math.ceil((this.#sessions.size * LOOK_MS) / ROUND_MS);
    for (const session of this.#sessions) {
      if (left === 0) return;
      left -= 1;
      this.#sessions.delete(session);
      this.#sessions.add(session);
      lookAt(session);
    }
  }
}

function lookAt({ watcher, sink }: Session): void {
  if (sink.stalledMs > limits.watchStallMsMax) sink.end();
  else if (sink.silentMs >= ROUND_MS) {
    sink.comment('still here');
    watcher.onQuiet();
  }
}
