import { verifyView } from '#application';
import { exitCodes } from '#platform';
import { print, printJson } from '../output/print.js';
import { showProgress } from '../output/progress.js';
import { renderTable } from '../output/table.js';
import type { Command } from './command.js';

const SHOWN_MAX = 100;

/** Folds the journal from zero and compares with the bucket; with `repair`, writes what differs. */
export const verify: Command<{ readonly repair?: boolean }> = async ({ session, json }, options) => {
  const progress = showProgress('folding the journal');
  const report = await verifyView(session.journal, session.bucket, {
    repair: options.repair === true,
    snapshots: session.snapshots,
    onProgress: (sequence, of) => progress.at(sequence, of),
  });
  progress.end();
  const { differences, repaired } = report;
  const isSame = report.replaced === undefined || options.repair === true;
  const isWell = isSame && differences.length === repaired;
  if (json) printJson(report);
  else {
    const { events, setAside, keys, position, journalEnd } = report;
    print(
      `${events} events folded up to sequence ${position} of ${journalEnd} (${setAside} set aside), ${keys} keys compared`,
    );
    if (report.fromSnapshot !== undefined)
      print(`the journal was cut: the snapshot of sequence ${report.fromSnapshot} stands for what is gone`);
    if (report.replaced !== undefined) print(replacedText(report.replaced, options.repair === true));
    if (differences.length === 0) print('the view is what the journal says');
    else {
      const rows = differences.slice(0, SHOWN_MAX).map(({ key, kind, detail }) => [key, kind, detail]);
      print(renderTable(['KEY', 'DIFFERENCE', 'DETAIL'], rows));
      const more = differences.length - SHOWN_MAX;
      print(
        `${differences.length} differences${more > 0 ? ` (${more} not shown; --json has all)` : ''}, ${repaired} repaired`,
      );
    }
  }
  return isWell ? exitCodes.ok : exitCodes.differs;
};

function replacedText(why: string, isRepaired: boolean): string {
  const text = `this is not the journal the view was made from: ${why}`;
  if (isRepaired) return `${text}; the view is made anew from it`;
  return `${text}. If it is right as it is, make the view anew with --repair (ROLLCALL_JOURNAL_REPLACED)`;
}
