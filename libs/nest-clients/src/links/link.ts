import type { ReadPacket } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import type { CallOutcome } from '#client';

/** Why an attempt has no answer. */
export interface LinkFailure {
  readonly outcome: CallOutcome;
  /** False: nothing of it can have reached an instance, so it may be repeated whatever it was. */
  readonly mayHaveArrived: boolean;
  readonly text: string;
}

/** A message with where it goes and what goes along with it. */
export interface LinkMessage extends ReadPacket {
  /** Trace and patience of the caller. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A way to an instance that speaks the protocol of one of Nest's transports. */
export interface Link {
  readonly isOpen: boolean;
  /** Resolves when messages can be sent. */
  open(): Promise<unknown>;
  request(message: LinkMessage): Observable<unknown>;
  /** Sends an event; nobody says whether it arrived. */
  dispatch(message: LinkMessage): Promise<unknown>;
  /** What an error of the way means; undefined for one that the handler or the caller made. */
  failureOf(error: unknown): LinkFailure | undefined;
  /** What it means that open() failed. */
  openFailureOf(error: unknown): LinkFailure;
  end(): Promise<void>;
}
