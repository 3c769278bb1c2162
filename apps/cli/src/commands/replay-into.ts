import { quote } from '#contracts';
import { type Replay, replayArchive } from '#archive';
import { connectBroker } from '#nats';
import { usage } from '../input/usage.js';
import { wholeNumber } from '../input/whole-number.js';
import { print, printJsonLine, remark } from '../output/print.js';
import { showStages } from '../output/progress.js';
import { startSandbox } from '../sandbox.js';
import type { LocalCommand, LocalContext } from './command.js';
import { speedOf } from './replay.js';

interface Options {
  readonly into?: string;
  readonly speed?: string;
  readonly prefix?: string;
  readonly port?: string;
  readonly from?: string;
  readonly to?: string;
  readonly service?: string;
}

/** Lives through an archive again, in a registry that is empty. */
export const replayInto: LocalCommand<Options, [archive: string | undefined]> = async (
  context,
  options,
  archive,
) => {
  const { into, from, to, service } = options;
  if (archive === undefined)
    throw usage('no archive is named', 'Write one with "rollcall export <file>" and name it before --into.');
  if (into === undefined) throw usage(`where ${quote(archive)} should go is not said`, 'Add --into sandbox.');
  if ((from ?? to ?? service) !== undefined)
    throw usage('an archive is replayed whole', 'Give --from, --to and --service to "rollcall export".');
  const speed = speedOf(options.speed);
  const order = { ...options, archive, speed: speed > 0 ? speed : undefined };
  if (into === 'sandbox') await intoSandbox(context, order);
  else await intoBroker(context, { ...order, into });
};

interface Order extends Omit<Options, 'speed'> {
  readonly archive: string;
  readonly speed: number | undefined;
}

async function intoSandbox({ json }: LocalContext, { archive, speed, port }: Order): Promise<void> {
  const httpPort = port === undefined ? 0 : wholeNumber('port', port);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const sandbox = await startSandbox(httpPort);
  const stages = showStages();
  try {
    const { connection } = sandbox;
    const replay = await replayArchive(archive, {
      connection,
      ...(speed !== undefined && { speed }),
      onProgress: stages.at,
      signal: stop.signal,
      onBefore: async () => {
        const { url } = await sandbox.startRegistry(stop.signal);
        stages.end();
        if (json) printJsonLine({ url, dataDir: sandbox.directory });
        else {
          print(`a registry with what stood before is at ${url}`);
          print(`ROLLCALL_DATA_DIR=${sandbox.directory} rollcall services`);
        }
      },
    });
    stages.end();
    tell(replay, json);
    remark('Ctrl-C ends it and removes its data.');
    await sandbox.ended(stop.signal);
  } catch (error) {
    // Whoever ends it knows why.
    if (!stop.signal.aborted) throw error;
  } finally {
    stages.end();
    await sandbox.stop();
  }
}

async function intoBroker(
  { read, json }: LocalContext,
  order: Order & { readonly into: string },
): Promise<void> {
  const { archive, into, prefix, speed } = order;
  if (!/^(nats|tls|wss?):\/\//.test(into))
    throw usage(
      `--into is ${quote(into)}`,
      'Allowed is "sandbox", or a NATS URL such as nats://127.0.0.1:4222.',
    );
  const { settings } = read;
  const connection = await connectBroker({ ...settings.broker, url: into, name: 'rollcall-replay' });
  const stages = showStages();
  try {
    const replay = await replayArchive(archive, {
      connection,
      prefix: prefix ?? settings.prefix,
      ...(speed !== undefined && { speed }),
      ...(settings.domain !== undefined && { domain: settings.domain }),
      onProgress: stages.at,
    });
    stages.end();
    tell(replay, json);
  } finally {
    stages.end();
    await connection.close();
  }
}

function tell(replay: Replay, json: boolean): void {
  const { before, events, from, to, sameSequence } = replay;
  if (json) printJsonLine(replay);
  else {
    print(
      `replayed ${events} events on ${before} that made what stood before, to sequences ${from} to ${to}`,
    );
    if (sameSequence < events) print(`${events - sameSequence} have another sequence than they had`);
  }
}
