import { errorText, isRollcallError } from '#contracts';
import { exitCodeOf } from '#platform';
import { followNpm } from './follow-npm.js';
import { hints } from './hints.js';
import { type LaunchContext, launch } from './launch.js';
import { createPaint, wantsColour } from './paint.js';
import { diedError } from './ready.js';
import { launcherSettings } from './settings.js';
import { Interrupted, Shutdown } from './shutdown.js';

const EXIT_FORCED = 130;

const print = (line: string) => void process.stdout.write(`${line}\n`);
const paint = createPaint(wantsColour(process.env, process.stdout.isTTY));
const shutdown = new Shutdown();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait: the apps notice that we are gone, the broker is adopted next time.
    if (shutdown.isRequested) process.exit(EXIT_FORCED);
    shutdown.request();
  });
}
followNpm(process.env, () => shutdown.request());
// A reader that goes away, as in `npm start | head`, is no reason to leave everything running.
process.stdout.on('error', () => shutdown.request());

process.exit(await run());

/** @returns the exit code */
async function run(): Promise<number> {
  let code = 0;
  try {
    const settings = await launcherSettings(process.env);
    for (const warning of settings.warnings) print(`  ${paint.yellow('!')} ${warning}`);
    await launchAndWait({ env: process.env, settings, shutdown, paint, print });
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      process.stderr.write(`\n${isRollcallError(error) ? error.message : describe(error)}\n`);
      code = exitCodeOf(error);
    }
  }
  if (shutdown.isRequested) print(`\n${paint.dim('stopping …')}`);
  await shutdown.run((error) => process.stderr.write(`${errorText(error)}\n`));
  return code;
}

/** Returns when the end is wished for; throws when something that everything rests on has ended. */
async function launchAndWait(context: LaunchContext): Promise<void> {
  const launched = await launch(context);
  print(`  ${paint.green('✓')} ready in ${(performance.now() / 1000).toFixed(1)} s\n`);
  print(`${hints(launched, context.settings, paint)}\n`);
  const { broker, registry } = launched;
  await shutdown.unlessRequested(
    Promise.race([
      broker.failed,
      registry.exited.then(async () => Promise.reject(await diedError(registry))),
    ]),
  );
}

/** A mistake of ours: its stack helps whoever mends it. */
function describe(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : errorText(error);
}
