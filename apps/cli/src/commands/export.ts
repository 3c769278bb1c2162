import { exportSlice } from '#archive';
import { checkName } from '#contracts';
import { printJson, remark } from '../output/print.js';
import { showStages } from '../output/progress.js';
import { historyOf } from '../snapshot.js';
import type { Command } from './command.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly service?: string;
}

/** Writes a slice of the journal to one file, so that it can be replayed elsewhere. */
export const exportToFile: Command<Options, [file: string]> = async (
  { session, namespace, json },
  { service, from, to },
  file,
) => {
  const stages = showStages();
  try {
    const slice = await exportSlice({ ...session, history: historyOf(session) }, file, {
      withBefore: true,
      nowMs: Date.now(),
      onProgress: stages.at,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(service === undefined ? {} : { service: { namespace, service: checkName('service', service) } }),
    });
    stages.end();
    if (json) printJson({ file, ...slice });
    else {
      const { events, from: first, to: last, before } = slice;
      remark(
        `wrote ${events} events, ${first} to ${last}, and ${before} that made what stood before, to "${file}"`,
      );
    }
  } finally {
    stages.end();
  }
};
