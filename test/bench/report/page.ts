import { comparisonLines } from './comparison-page.js';
import { share } from './flamegraph.js';
import type { KeptProfile } from './kept-profile.js';
import { machineLine } from './machine.js';
import type { Figure, Plot } from './report.js';
import type { RecordedSection, Result } from './result.js';
import { goalOf, inWords, spreadOf, tableRow } from './words.js';

type Named = Pick<RecordedSection, 'bench'>;

/** Path of a plot from docs/reference. */
export function plotFile({ bench }: Named, { title }: Plot): string {
  return `benchmarks/${bench}-${slugOf(title)}.svg`;
}

/** Path of a flame graph from docs/reference. */
export function profileFile({ bench }: Named, { title }: KeptProfile): string {
  return `benchmarks/profile-${slugOf(title.startsWith(bench) ? title : `${bench} ${title}`)}.svg`;
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

export function renderPage({ machine, sections, comparisons = [] }: Result): string {
  return [
    '# Benchmarks',
    '',
    '<!-- Generated from benchmarks/result.json by `npm run bench -- --record` and `npm run reference`. Do not edit. -->',
    '',
    'Measured, never estimated: what is not here was not measured. `npm run bench` repeats all of it, `npm run bench -- <name>`',
    'one section, `--quick` a small version in minutes; `--record` writes this page. Rows of several rounds show the median,',
    'with the lowest and highest round behind it; systems that are compared took turns within each round.',
    '',
    machineLine(machine),
    'Everything (brokers, peers, clients, load) shares these cores.',
    '',
    ...sections.flatMap(sectionLines),
    ...comparisonLines(comparisons),
  ].join('\n');
}

function sectionLines(section: RecordedSection): string[] {
  const { title, bench, fixture, durability, figures, plots = [], missing = [] } = section;
  const facts = [
    `\`npm run bench -- ${bench}\``,
    `commit ${section.commit}`,
    section.measuredAt.slice(0, 16).replace('T', ' ') + ' UTC',
    `load average ${section.loadAverage}`,
    ...(section.isQuick ? ['**quick: a small fixture**'] : []),
  ];
  return [
    `## ${title}`,
    '',
    facts.join(' · '),
    '',
    ...(section.machine === undefined ? [] : [machineLine(section.machine), '']),
    ...(fixture === undefined ? [] : [`Fixture: ${fixture}.`, '']),
    ...(durability === undefined ? [] : [`Durability: ${durability}.`, '']),
    '| what | system | value | spread | goal | |',
    '| --- | --- | ---: | --- | --- | --- |',
    ...figures.map(row),
    '',
    ...limitLines(figures),
    ...missing.map((text) => `Missing: ${text}.\n`),
    ...plots.flatMap((plot) => [`![${plot.title}](${plotFile(section, plot)})`, '']),
    ...profileLines(section),
  ];
}

function row(figure: Figure): string {
  const { name, system = 'Rollcall', value, unit, rounds, note = '' } = figure;
  const goal = goalOf(figure);
  const verdict = goal === undefined ? '' : `${goal.text}: ${goal.isMet ? 'met' : '**missed**'}`;
  return tableRow([name, system, `${inWords(value)} ${unit}`, spreadOf(rounds), verdict, note]);
}

function limitLines(figures: readonly Figure[]): string[] {
  const known = figures.filter(({ limit }) => limit !== undefined);
  if (known.length === 0) return [];
  return [
    'What stands between it and more:',
    '',
    ...known.map(({ name, limit }) => `- ${name}: ${limit}.`),
    '',
  ];
}

/** Where a goal is missed, where the time goes. */
function profileLines(section: RecordedSection): string[] {
  const { bench, figures, profiles = [] } = section;
  const missed = figures.filter((figure) => goalOf(figure)?.isMet === false);
  if (missed.length === 0) return [];
  if (profiles.length === 0)
    return [
      `Of what is missed here no profile was taken (\`npm run bench -- ${bench} --record --cpu-prof\`).`,
      '',
    ];
  return [
    `Where the time goes (missed: ${missed.map(({ name }) => name).join('; ')}), by a run of its own under the profiler:`,
    '',
    ...profiles.flatMap((profile) => [
      `[${profile.title}](${profileFile(section, profile)}): ${(profile.workUs / 1e6).toFixed(1)} s of work in ${(profile.wallUs / 1e6).toFixed(1)} s. The most by itself:`,
      '',
      '| function | share of the work |',
      '| --- | ---: |',
      ...profile.top.map(({ name, us }) => tableRow([`\`${name}\``, share(us, profile.workUs)])),
      '',
    ]),
  ];
}
