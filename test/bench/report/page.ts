import type { Figure, Plot } from './report.js';
import type { RecordedSection, Result } from './result.js';
import { goalOf, inWords } from './words.js';

/** Path of a plot from docs/reference. */
export function plotFile({ bench }: Pick<RecordedSection, 'bench'>, { title }: Plot): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `benchmarks/${bench}-${slug}.svg`;
}

export function renderPage({ machine, sections }: Result): string {
  return [
    '# Benchmarks',
    '',
    '<!-- Generated from benchmarks/result.json by `npm run bench -- --record` and `npm run reference`. Do not edit. -->',
    '',
    'Measured, never estimated: what is not here was not measured. `npm run bench` repeats all of it, `npm run bench -- <name>`',
    'one section, `--quick` a small version in minutes; `--record` writes this page. Rows of several rounds show the median,',
    'with the lowest and highest round behind it; systems that are compared took turns within each round.',
    '',
    `Machine: ${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, nats-server ${machine.natsServer}.`,
    'Everything (brokers, peers, clients, load) shares these cores.',
    '',
    ...sections.flatMap(sectionLines),
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
    ...(fixture === undefined ? [] : [`Fixture: ${fixture}.`, '']),
    ...(durability === undefined ? [] : [`Durability: ${durability}.`, '']),
    '| what | system | value | spread | goal | |',
    '| --- | --- | ---: | --- | --- | --- |',
    ...figures.map(row),
    '',
    ...missing.map((text) => `Missing: ${text}.\n`),
    ...plots.flatMap((plot) => [`![${plot.title}](${plotFile(section, plot)})`, '']),
  ];
}

function row(figure: Figure): string {
  const { name, system = 'Rollcall', value, unit, rounds, note = '' } = figure;
  const spread =
    rounds === undefined ? '' : `${inWords(Math.min(...rounds))} .. ${inWords(Math.max(...rounds))}`;
  const goal = goalOf(figure);
  const verdict = goal === undefined ? '' : `${goal.text}: ${goal.isMet ? 'met' : '**missed**'}`;
  const cells = [name, system, `${inWords(value)} ${unit}`, spread, verdict, note];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
