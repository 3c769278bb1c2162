import { limits, recordSchemas } from '#contracts';
import type { JournaledPlan, ShownUndo, UndoAnswer } from '#application';
import { listOf, objectOf, said, type Schema, text, time, whole } from './schema.js';

/** The routes that take back what happened. */
export const undoOperations = {
  '/v1/namespaces/{namespace}/undo': {
    get: { summary: 'The newest plans to undo something, oldest first.', answer: 'undoPlans' },
    post: {
      summary: 'Shows what undoing events would do; with `apply` it does it, with `resume` it goes on.',
      body: 'undoOrder',
      answer: 'undone',
    },
  },
};

const place = { service: text, instance: text, application: text, key: text };

/** What to undo; over NATS `actor` says who acts, and `of` whose deeds are meant. */
export const undoFieldSchemas: Readonly<Record<string, Schema>> = {
  events: said(
    { type: ['string', 'integer'] },
    'A sequence, or a range `<from>..<to>` of sequences, times or whiles ago; without an end, up to now.',
  ),
  at: said(text, 'Instead of events: everything `service` has lost since this moment.'),
  types: said(
    { ...listOf(text), maxItems: limits.queryTermsMax },
    'Of a range only these types, whole or a word of one.',
  ),
  ...place,
  apply: said({ type: 'boolean' }, 'True: do it. Otherwise nothing is changed.'),
  plan: said(text, 'With `apply`: only if it still comes to the plan of this name, as a preview gave it.'),
  resume: said(text, 'Goes on with the plan of this name.'),
};

export const undoBodies: Readonly<Record<string, Schema>> = {
  undoOrder: objectOf(
    { ...undoFieldSchemas, actor: said(text, 'Of a range only what somebody did.'), reason: text },
    [],
  ),
};

const item: Record<keyof ShownUndo, Schema> = {
  subject: said(text, 'What it is about, as its subject in the journal.'),
  undoes: said(listOf(whole), 'Sequences of the events that are undone.'),
  at: said(time, 'When the newest of them happened.'),
  happened: said(text, 'What happened, in a sentence.'),
  becomes: said(text, 'What is said instead, in a sentence.'),
};
const skip = objectOf({ sequence: whole, subject: text, why: text }, ['sequence', 'subject', 'why']);
const shown = `At most ${limits.undoShownMax}.`;

const answer: Record<keyof UndoAnswer, Schema> = {
  plan: said(text, 'Made of what it holds: the same plan has the same name.'),
  asked: text,
  position: said(whole, 'Journal sequence the plan was made at.'),
  applied: { type: 'boolean' },
  planned: said(whole, 'Things to undo.'),
  undone: said(whole, 'Things undone.'),
  skipped: said(whole, 'Events that stay as they are.'),
  items: said(listOf(objectOf(item, Object.keys(item))), shown),
  skips: said(listOf(skip), shown),
  resumes: said(time, 'When the same was begun and not finished.'),
  sequence: said(whole, 'Of the event that says that it is finished.'),
};

const record = recordSchemas.undo as { properties: Record<string, Schema>; required: string[] };
const plan: Record<'startedAt' | 'finishedAt' | 'actor' | 'reason', Schema> = {
  startedAt: time,
  finishedAt: said(time, 'Absent: it was interrupted, or is under way.'),
  actor: text,
  reason: text,
} satisfies Partial<Record<keyof JournaledPlan, Schema>>;

export const undoAnswers: Readonly<Record<string, Schema>> = {
  undone: objectOf(
    answer,
    Object.keys(answer).filter((name) => name !== 'resumes' && name !== 'sequence'),
  ),
  undoPlans: objectOf(
    { plans: listOf(objectOf({ ...record.properties, ...plan }, [...record.required, 'startedAt'])) },
    ['plans'],
  ),
};
