import { readFile } from 'node:fs/promises';
import { quote, RollcallError } from '#contracts';
import { exportSlice, readArchive } from '#archive';
import { type AuditReport, ChainVerifier, type SignedCheckpoint } from '#application';
import { plain } from '../output/plain.js';
import { print, printJson, remark } from '../output/print.js';
import { showProgress, showStages } from '../output/progress.js';
import { historyOf } from '../snapshot.js';
import type { Command, LocalCommand } from './command.js';

interface VerifyOptions {
  /** A file with a checkpoint that was kept outside. */
  readonly checkpoint?: string;
}

interface ExportOptions {
  readonly from?: string;
  readonly to?: string;
}

/** What `verify` finds wrong is told by this exit code. */
const FOUND = 3;

/** Holds the journal against its audit trail. */
export const verifyLive: Command<VerifyOptions> = async ({ session, json }, { checkpoint }) => {
  const outside = await readCheckpoint(checkpoint);
  const verifier = new ChainVerifier();
  const { audit, journal } = session;
  await audit.readAll({
    onBlock: (block) => verifier.block(block),
    onCheckpoint: (signed) => verifier.checkpoint(signed),
  });
  const { firstSequence, lastSequence } = await journal.ends();
  const progress = showProgress('verifying');
  await audit.readStored({ from: Math.max(1, firstSequence), to: lastSequence }, (event) => {
    verifier.event(event);
    progress.at(event.sequence, lastSequence);
  });
  progress.end();
  const exit = tell(verifier.report(outside), json);
  if (!json && firstSequence > 1)
    print(`history begins with sequence ${firstSequence}: what was before it is no longer in the journal`);
  return exit;
};

/** Holds an archive against the audit trail in it; no registry is needed. */
export const verifyArchive: LocalCommand<VerifyOptions, [file: string]> = async (
  { json },
  { checkpoint },
  file,
) => {
  const outside = await readCheckpoint(checkpoint);
  const verifier = new ChainVerifier();
  let to = 0;
  let report: AuditReport | undefined;
  const progress = showProgress('verifying');
  for await (const line of readArchive(file)) {
    if (line.kind === 'head') to = line.head.to;
    else if (line.kind === 'block') verifier.block(line.block);
    else if (line.kind === 'checkpoint') verifier.checkpoint(line.checkpoint);
    else if (line.kind === 'event') {
      verifier.event(line.event);
      progress.at(line.event.sequence, to);
    } else if (line.kind === 'end') {
      report = verifier.report(outside);
      // The first event that is wrong says more than that the digest is.
      if (report.findings.length > 0) break;
    }
  }
  progress.end();
  return tell(report ?? verifier.report(outside), json);
};

/** Writes the journal, or a slice of it, with what the audit trail says of it, to one file. */
export const exportArchive: Command<ExportOptions, [file: string]> = async (
  { session, json },
  options,
  file,
) => {
  const stages = showStages();
  try {
    const order = { ...options, withBefore: false, nowMs: Date.now(), onProgress: stages.at };
    const { events, from, to } = await exportSlice({ ...session, history: historyOf(session) }, file, order);
    stages.end();
    if (json) printJson({ file, events, from, to });
    else remark(`wrote ${events} events, ${from} to ${to}, to "${file}"`);
  } finally {
    stages.end();
  }
};

async function readCheckpoint(path: string | undefined): Promise<SignedCheckpoint | undefined> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as SignedCheckpoint;
  } catch (error) {
    const text = `the checkpoint ${quote(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new RollcallError('ROLLCALL_ARCHIVE_INVALID', text, {
      action: 'Give the file checkpoint.json of ROLLCALL_AUDIT_DIR.',
    });
  }
}

function tell(report: AuditReport, json: boolean): number {
  const { events, from, to, unaudited, checkpoints, keys, findings } = report;
  if (json) printJson(report);
  else {
    print(
      `${events} events, ${from} to ${to}, were held against the audit trail; ${unaudited} are newer than it`,
    );
    print(`${checkpoints} checkpoints${keys.length === 0 ? '' : `, signed by ${keys.join(', ')}`}`);
    for (const { sequence, what } of findings) print(plain(`sequence ${sequence}: ${what}`));
    print(
      findings.length === 0
        ? 'the chain holds'
        : `THE CHAIN IS BROKEN, first at sequence ${findings[0]?.sequence}`,
    );
  }
  return findings.length === 0 ? 0 : FOUND;
}
