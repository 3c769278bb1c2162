import type { LoggerService, LogLevel as NestLevel } from '@nestjs/common';
import { isRollcallError } from '#contracts';
import type { LogFormat, LogLevel } from '../settings/schema.js';

type Facts = Readonly<Record<string, unknown>>;

/** The application's `Log`, a level below it, and the same log as Nest wants it. */
export interface ServerLog {
  debug(text: string, facts?: Facts): void;
  info(text: string, facts?: Facts): void;
  warn(text: string, facts?: Facts): void;
  error(text: string, facts?: Facts): void;
  /** For `NestFactory.create`: what the framework says goes the same way. */
  readonly nest: LoggerService;
}

const nestLevels: Readonly<Record<LogLevel, NestLevel[]>> = {
  error: ['error', 'fatal'],
  warn: ['error', 'fatal', 'warn'],
  info: ['error', 'fatal', 'warn', 'log'],
  debug: ['error', 'fatal', 'warn', 'log', 'debug', 'verbose'],
};

/**
 * Opens the log of a server process: everything on standard output, errors on standard error.
 * Nest is loaded here and not above, because a command line that only wants the settings must start quickly.
 */
export async function openLog(options: {
  readonly format: LogFormat;
  readonly level: LogLevel;
}): Promise<ServerLog> {
  const { ConsoleLogger } = await import('@nestjs/common');
  /** The same instant reads the same everywhere, and sorts. */
  class ServerLogger extends ConsoleLogger {
    protected override getTimestamp(): string {
      return new Date().toISOString();
    }
  }
  const console = new ServerLogger({
    json: options.format === 'json',
    flattenParams: true,
    prefix: 'Rollcall',
    logLevels: nestLevels[options.level],
    compact: true,
    // Nest would colour a log file, too.
    colors: isColoured(options.format),
  });
  return {
    debug: (text, facts) => console.debug(text, ...factsOf(facts)),
    info: (text, facts) => console.log(text, ...factsOf(facts)),
    warn: (text, facts) => console.warn(text, ...factsOf(facts)),
    error: (text, facts) => console.error(text, ...factsOf(facts)),
    nest: console,
  };
}

/** `isTTY` is undefined for a file, which Nest would take for "as you like". */
function isColoured(format: LogFormat): boolean {
  if (!process.stdout.isTTY) return false;
  return format === 'pretty' && (process.env['NO_COLOR'] ?? '') === '';
}

/** Absent facts are left out, and errors among them become text: JSON would print `{}`. */
function factsOf(facts: Facts | undefined): Facts[] {
  const given = Object.entries(facts ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return [];
  return [
    Object.fromEntries(given.map(([name, value]) => [name, value instanceof Error ? textOf(value) : value])),
  ];
}

function textOf(error: Error): string {
  return isRollcallError(error) ? error.message : (error.stack ?? error.message);
}
