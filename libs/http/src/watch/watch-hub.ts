import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { limits } from '#contracts';
import type { Watcher } from '#application';
import type { SseSink } from './sse-sink.js';

interface Session {
  readonly watcher: Watcher;
  readonly sink: SseSink;
}

/** Everybody who watches over HTTP: kept alive, and let go when they no longer take anything. */
@Injectable()
export class WatchHub implements OnModuleDestroy {
  readonly #sessions = new Set<Session>();
  readonly #timer = setInterval(() => this.#look(), limits.watchKeepAliveMs).unref();

  get count(): number {
    return this.#sessions.size;
  }

  /** Returns a function that takes the session out. */
  add(session: Session): () => void {
    this.#sessions.add(session);
    return () => {
      this.#sessions.delete(session);
      session.watcher.stop();
    };
  }

  /** A server that closes waits for its connections: these would never end by themselves. */
  onModuleDestroy(): void {
    clearInterval(this.#timer);
    for (const { watcher, sink } of this.#sessions) {
      watcher.stop();
      sink.end();
    }
  }

  #look(): void {
    for (const { watcher, sink } of this.#sessions) {
      if (sink.stalledMs > limits.watchStallMsMax) sink.end();
      else {
        sink.comment('still here');
        watcher.onQuiet();
      }
    }
  }
}
