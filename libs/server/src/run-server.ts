import { errorText, isRollcallError, RollcallError } from '#contracts';
import { exitCodeOf, openLog, readSettings, type ServerLog, type Settings } from '#platform';

export interface ServerContext {
  readonly settings: Settings;
  readonly log: ServerLog;
  /** Ends the process because of something that cannot be healed. */
  readonly fail: (error: unknown) => void;
}

export interface RunningServer {
  stop(): Promise<void>;
}

/** What is not over by then is cut off. */
const STOP_TIMEOUT_MS = 4_000;

/**
 * The life of a server process: settings, log, start, and a polite end on SIGTERM or SIGINT with exit code 0.
 * What is wrong with the set-up is told in one line, without a stack, and by the exit code.
 */
export async function runServer(start: (context: ServerContext) => Promise<RunningServer>): Promise<void> {
  let log: ServerLog | undefined;
  const fail = (error: unknown): void => {
    tell(error, log);
    process.exit(exitCodeOf(error));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const { settings, warnings, effective } = readSettings();
    log = await openLog(settings.log);
    for (const warning of warnings) log.warn(warning);
    const set = effective.filter(({ isDefault }) => !isDefault).map(({ name, value }) => [name, value]);
    log.info('settings that are not the default', Object.fromEntries(set) as Record<string, string>);
    const stop = stopper(log);
    stop.server = await start({ settings, log, fail });
  } catch (error) {
    fail(error);
  }
}

/** A signal may come while the server is still starting: it is obeyed then, too. */
function stopper(log: ServerLog): { server?: RunningServer } {
  const held: { server?: RunningServer } = {};
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info('stopping', { signal });
    setTimeout(() => {
      log.warn('not everything ended in time', { timeoutMs: STOP_TIMEOUT_MS });
      process.exit(0);
    }, STOP_TIMEOUT_MS).unref();
    Promise.resolve(held.server?.stop())
      .catch((error: unknown) => log.warn('trouble while stopping', { error: errorText(error) }))
      .finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return held;
}

function tell(error: unknown, log: ServerLog | undefined): void {
  const known = isRollcallError(error);
  if (log === undefined) process.stderr.write(`${known ? error.message : stackOf(error)}\n`);
  else if (known) log.error(error.message, { code: error.code });
  else log.error('ended by something unexpected', { error: stackOf(error) });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Why a server cannot listen, as a catalogue error. */
export function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return new RollcallError('ROLLCALL_HTTP_PORT_TAKEN', `something else listens on ${host}:${port}`, {
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
    const text = `cannot listen on ROLLCALL_HTTP_HOST "${host}", ROLLCALL_HTTP_PORT ${port} (${code})`;
    return new RollcallError('ROLLCALL_SETTINGS_INVALID', text, { cause: error });
  }
  return error;
}
