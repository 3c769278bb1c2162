import { createInterface } from 'node:readline/promises';
import { type Actor, type JournaledPlan, type UndoRequest, UndoService } from '#application';
import { configPlaceOf, placeOf } from '../input/names.js';
import { usage } from '../input/usage.js';
import { print, printJson, remark } from '../output/print.js';
import { showProgress } from '../output/progress.js';
import { renderTable } from '../output/table.js';
import { doneText, previewText } from '../output/undo-text.js';
import { historyOf } from '../snapshot.js';
import type { Command, CommandContext } from './command.js';
import { checkReason } from './register.js';
import { actorOf, identity } from './registrar.js';

interface DoingOptions {
  readonly yes?: boolean;
  readonly reason?: string;
  readonly as?: string;
}

interface UndoOptions extends DoingOptions {
  readonly type?: readonly string[];
  readonly actor?: string;
  readonly service?: string;
  readonly config?: string;
  readonly resume?: string;
  readonly list?: boolean;
}

/** Shows what an order comes to, and does it when it is told to. */
export const undo: Command<UndoOptions, [events: string | undefined]> = async (context, options, events) => {
  checkReason(options.reason);
  if (options.list === true) return list(context);
  if (options.resume !== undefined) return resume(context, options.resume, options);
  if (events === undefined)
    throw usage(
      'it is not said what to undo',
      'Name a sequence such as 1204, or a range such as 1204..2703.',
    );
  return handle(context, { events, ...filtersOf(context.namespace, options) }, options);
};

/** Brings back what a service lost since a moment. */
export const restore: Command<DoingOptions & { readonly at: string }, [service: string]> = (
  context,
  options,
  service,
) => {
  checkReason(options.reason);
  return handle(context, { service, at: options.at }, options);
};

async function handle(context: CommandContext, request: UndoRequest, options: DoingOptions): Promise<void> {
  const { namespace, json } = context;
  const service = serviceFor(context);
  const preview = await service.preview(namespace, request);
  if (!json) print(previewText(preview));
  if (json && options.yes !== true) printJson({ applied: false, ...preview });
  if (options.yes !== true) {
    if (json || preview.items.length === 0) return;
    if (!(await isConfirmed(preview.items.length))) return;
  }
  const progress = showProgress('undoing');
  const onProgress = (done: number, of: number): void => progress.at(done, of);
  const done = await service.carryOut(preview, whoIs(options), { onProgress });
  progress.end();
  if (json) printJson({ applied: true, ...done });
  else print(doneText(done));
}

async function resume(context: CommandContext, plan: string, options: DoingOptions): Promise<void> {
  const done = await serviceFor(context).resume(context.namespace, plan, whoIs(options));
  if (context.json) printJson({ applied: true, ...done });
  else print(doneText(done));
}

async function list(context: CommandContext): Promise<void> {
  const plans = await serviceFor(context).plans(context.namespace);
  if (context.json) {
    printJson(plans);
    return;
  }
  if (plans.length === 0) remark('nothing was ever undone here');
  else print(renderTable(['PLAN', 'ASKED', 'STARTED', 'BY', 'STATE'], plans.map(rowOf)));
}

function rowOf({ plan, order, startedAt, finishedAt, actor, planned, undone }: JournaledPlan): string[] {
  const state =
    finishedAt === undefined
      ? `not finished: rollcall undo --resume ${plan}`
      : `${undone ?? 0} of ${planned} undone by ${finishedAt}`;
  return [plan, order.asked, startedAt, actor ?? '', state];
}

function serviceFor({ session }: CommandContext): UndoService {
  const { journal } = session;
  return new UndoService({ journal, history: historyOf(session), identity, nowMs: () => Date.now() });
}

/** `--actor` asks for what somebody did, so that who acts now needs another word. */
function whoIs({ as, reason }: DoingOptions): Actor {
  return actorOf({
    ...(as === undefined ? {} : { actor: as }),
    ...(reason === undefined ? {} : { reason }),
  });
}

function filtersOf(namespace: string, { type, actor, service, config }: UndoOptions): UndoRequest {
  const { namespace: _namespace, ...place } = {
    ...(service === undefined ? {} : placeOf(namespace, service)),
    ...(config === undefined ? {} : configPlaceOf(namespace, config)),
  };
  return {
    ...place,
    ...(type === undefined || type.length === 0 ? {} : { types: type }),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** Asks where somebody can answer. */
async function isConfirmed(count: number): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    remark('this was a preview; add --yes to do it');
    return false;
  }
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await line.question(`Undo ${count === 1 ? 'it' : `these ${count}`}? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    remark('nothing was changed');
    return false;
  } finally {
    line.close();
  }
}
