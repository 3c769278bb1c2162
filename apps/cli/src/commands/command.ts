import type { ReadSettings } from '#platform';
import type { Session } from '../session.js';

/** What every command gets. */
export interface CommandContext {
  readonly session: Session;
  readonly read: ReadSettings;
  readonly namespace: string;
  /** Machine-readable output. */
  readonly json: boolean;
}

/** What a command gets that may do without a broker. */
export interface LocalContext extends Pick<CommandContext, 'read' | 'json'> {
  /** Joins the broker; whoever opens a session closes it. */
  readonly openSession: () => Promise<Session>;
}

/** A command that decides itself whether it needs a broker. */
export type LocalCommand<Options = object, Arguments extends readonly unknown[] = []> = (
  context: LocalContext,
  options: Options,
  ...words: Arguments
) => Promise<number | void>;

/** Options that every command takes. */
export interface CommonOptions {
  readonly namespace?: string;
  readonly json?: boolean;
}

/** Option of commands that can also look at the past. */
export interface AtOption {
  /** A sequence, an RFC 3339 time, or a duration before now such as `-15m`. */
  readonly at?: string;
}

/** What a command does; its result is the exit code, 0 when it says nothing. */
export type Command<Options = object, Arguments extends readonly unknown[] = []> = (
  context: CommandContext,
  options: Options,
  ...words: Arguments
) => Promise<number | void>;
