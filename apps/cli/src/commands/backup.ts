import { checkBackup, createBackup, type Manifest, restoreBackup } from '#archive';
import { plain } from '../output/plain.js';
import { print, printJson, remark } from '../output/print.js';
import { showStages } from '../output/progress.js';
import { renderTable } from '../output/table.js';
import { withBroker } from '../own-broker.js';
import { openPlace } from '../session.js';
import type { Command, LocalCommand } from './command.js';

/** Writes the whole registry, which may be at work, to a directory. */
export const backup: Command<object, [directory: string]> = async (
  { session, json },
  _options,
  directory,
) => {
  const stages = showStages();
  try {
    const manifest = await createBackup(session, directory, {
      nowMs: Date.now(),
      onProgress: stages.at,
    });
    stages.end();
    tell(manifest, directory, json);
  } finally {
    stages.end();
  }
};

/** Puts it into a broker that holds nothing of a registry; one of this directory that does not run is started for it. */
export const restore: LocalCommand<object, [directory: string]> = async (
  { read, json },
  _options,
  directory,
) => {
  const stages = showStages();
  await withBroker(read, async () => {
    const place = await openPlace(read);
    try {
      const { replicas } = read.settings;
      const restored = await restoreBackup(place, directory, { replicas, onProgress: stages.at });
      stages.end();
      const { from, to, audited, unaudited } = restored;
      if (json) printJson({ from, to, audited, unaudited });
      else {
        print(
          `restored events ${from} to ${to}; ${audited} are what was audited, ${unaudited} are newer than that`,
        );
        remark('Start the registry: it makes the view anew. Then hold against what was kept outside:');
        remark('  rollcall audit verify --checkpoint .data/audit/checkpoint.json');
      }
    } finally {
      stages.end();
      await place.connection.close();
    }
  });
};

/** What is in a backup; it is checked as a restore would. */
export const show: LocalCommand<object, [directory: string]> = async ({ json }, _options, directory) => {
  const stages = showStages();
  try {
    const manifest = await checkBackup(directory, stages.at);
    stages.end();
    tell(manifest, directory, json);
  } finally {
    stages.end();
  }
};

function tell(manifest: Manifest, directory: string, json: boolean): void {
  if (json) {
    printJson(manifest);
    return;
  }
  const { at, prefix, server, streams } = manifest;
  const rows = streams.map(({ config, state, bytes, sha256 }) => [
    config.name,
    String(state.messages),
    `${state.first_seq} to ${state.last_seq}`,
    String(bytes),
    sha256,
  ]);
  print(renderTable(['STREAM', 'MESSAGES', 'SEQUENCES', 'BYTES', 'SHA-256'], rows));
  const of = prefix === '' ? 'a registry' : `the registry "${prefix}"`;
  remark(plain(`"${directory}": ${of} as of ${at}, nats-server ${server}`));
}
