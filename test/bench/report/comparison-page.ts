import { type Comparison, directionOf, ratiosOf } from './comparison.js';
import { machineLine } from './machine.js';
import { inWords, medianOf, spreadOf, tableRow } from './words.js';

type ComparedSection = Comparison['sections'][number];

const HEAD = [
  '| what | system | before | after | after / before | |',
  '| --- | --- | --- | --- | --- | --- |',
];

/** The part of the page that compares commits; nothing when none were compared. */
export function comparisonLines(comparisons: readonly Comparison[]): string[] {
  if (comparisons.length === 0) return [];
  return [
    '## Before and after',
    '',
    'Two commits, built beside each other and measured in turns (`npm run bench -- <name> --against <commit>`): the median of',
    'the rounds, with the lowest and highest behind it. A ratio is taken within a round. "Higher" and "lower" stand where every',
    'round of one is beyond every round of the other; of figures that did not change, one in ten looks so by chance in three',
    'rounds, one in 126 in five.',
    '',
    ...comparisons.flatMap(oneComparison),
  ];
}

export const otherBench =
  'The benchmark itself changed between the two: what differs may be how it was measured.';

function oneComparison({ bench, before, after, measuredAt, machine, ...facts }: Comparison): string[] {
  const when = [
    measuredAt.slice(0, 16).replace('T', ' ') + ' UTC',
    `load average ${facts.loadAverage}`,
    ...(facts.isQuick ? ['**quick: a small fixture**'] : []),
  ];
  return [
    `### ${bench}`,
    '',
    `Before: ${before.commit}, ${before.subject}. After: ${after.commit}, ${after.subject}.`,
    '',
    when.join(' · '),
    '',
    ...(facts.isOtherBench ? [otherBench, ''] : []),
    ...(machine === undefined ? [] : [machineLine(machine), '']),
    ...facts.sections.flatMap(oneSection),
  ];
}

function oneSection(section: ComparedSection): string[] {
  const { title, fixture, fixtureBefore, figures, onlyBefore, onlyAfter } = section;
  const remarks = [
    `${title}. ${fixture === undefined ? '' : `Fixture: ${fixture}.`}`.trim(),
    ...(fixtureBefore === undefined ? [] : [`The fixture before was another one: ${fixtureBefore}.`]),
  ];
  const absent = [
    ...(onlyBefore.length === 0 ? [] : [`Only before: ${onlyBefore.join('; ')}.`]),
    ...(onlyAfter.length === 0 ? [] : [`Only after: ${onlyAfter.join('; ')}.`]),
  ];
  const table = figures.length === 0 ? [] : [...HEAD, ...figures.map(row), ''];
  return [...spaced(remarks), ...table, ...spaced(absent)];
}

const spaced = (lines: readonly string[]): string[] => lines.flatMap((line) => [line, '']);

function row({ name, system = 'Rollcall', unit, before, after }: ComparedSection['figures'][number]): string {
  const ratios = ratiosOf({ before, after });
  return tableRow([
    name,
    system,
    ...[before, after].map((rounds) => `${inWords(medianOf(rounds))} ${unit} (${spreadOf(rounds)})`),
    `${inWords(medianOf(ratios))} x (${spreadOf(ratios)})`,
    directionOf({ before, after }),
  ]);
}
