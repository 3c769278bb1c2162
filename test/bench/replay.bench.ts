import { foldJournal } from '#application';
import { openRegistryStore } from '#jetstream';
import { startTestBroker } from '#testkit';
import { busySince } from './busy.js';
import { connect, fillJournal } from './journal.js';
import { type Figure, figureOf, printFigures, residentMb } from './measure.js';
import { options as asked } from './options.js';
import { profiled } from './profile.js';

/** Replay + fold of a long journal from zero: what `verify` and a rebuild cost. */
async function benchReplay(options: {
  events: number;
  instances: number;
  rounds: number;
}): Promise<[Figure[], string]> {
  const broker = await startTestBroker({ synced: false });
  const store = await openRegistryStore({ connection: await connect(broker) });
  console.log(`  filling a journal with ${options.events} events …`);
  const bytes = await fillJournal(store, options.events, options.instances);
  const rates: number[] = [];
  const busy = busySince({ 'this process': process.pid, 'the broker': broker.pid });
  const measure = async (): Promise<void> => {
    const startedAtMs = performance.now();
    const folded = await foldJournal(store.journal, { toSequence: options.events });
    const seconds = (performance.now() - startedAtMs) / 1_000;
    if (
      folded.events !== options.events ||
      folded.entries.size !== options.instances ||
      folded.setAside !== 0
    ) {
      throw new Error(
        `folded ${folded.events} events to ${folded.entries.size} entries, set aside ${folded.setAside}`,
      );
    }
    rates.push(options.events / seconds);
  };
  for (let round = 0; round < options.rounds; round += 1) {
    console.log(`  round ${round + 1} of ${options.rounds} …`);
    await profiled('replay and fold', measure);
  }
  const figures: Figure[] = [
    figureOf('replay + fold', 'events/s', rates, {
      goal: { atLeast: 80_000 },
      note: 'one thread reads, decodes, checks and folds',
      limit: `${busy()}; one thread receives, decodes, checks and folds, and only collecting garbage has further ones`,
    }),
    { name: 'memory after the fold', value: residentMb(), unit: 'MB' },
  ];
  await store.connection.close();
  await broker.stop();
  const fixture = `${options.events} events of about ${Math.round(bytes / options.events)} B each with headers, ${options.instances} instances, read and folded by one process`;
  return [figures, fixture];
}

const events = asked.isQuick ? 100_000 : 1_000_000;
const [figures, fixture] = await benchReplay({ events, instances: 10_000, rounds: 3 });
printFigures('Replay', figures, { fixture, durability: 'reading; nothing is written' });
