import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { options } from '../options.js';
import { compareSections, type Comparison, directionOf, ratiosOf } from './comparison.js';
import { otherBench } from './comparison-page.js';
import { resultFile } from './files.js';
import { machineFacts } from './machine.js';
import { record } from './record.js';
import { readSections, type Section } from './report.js';
import { mergeComparisons, readResult, writeResult } from './result.js';
import { inWords, medianOf, spreadOf } from './words.js';

// Puts the rounds of two commits beside each other; with --record into the reference as well.

const directory = options.reportDirectory ?? '.';
const { rounds, changed, before, after } = JSON.parse(
  readFileSync(join(directory, 'commits.json'), 'utf8'),
) as Pick<Comparison, 'before' | 'after'> & { readonly rounds: number; readonly changed: readonly string[] };

function roundsOf(bench: string, side: string): Section[][] {
  return Array.from({ length: rounds }, (_, index) =>
    readSections(join(directory, bench, `${side}-${index + 1}`)),
  );
}

function comparisonOf(bench: string): Comparison[] {
  const [earlier, later] = [roundsOf(bench, 'before'), roundsOf(bench, 'after')];
  const last = later.at(-1)?.[0];
  // A benchmark that failed in one of its rounds is compared with nothing.
  if (last === undefined || [...earlier, ...later].some((sections) => sections.length === 0)) {
    console.log(`\n${bench}: not all of its ${rounds} rounds were measured, so nothing is compared`);
    return [];
  }
  const { measuredAt, isQuick, loadAverage } = last;
  const facts = { measuredAt, isQuick, loadAverage, ...(changed.includes(bench) && { isOtherBench: true }) };
  return [{ bench, before, after, ...facts, sections: compareSections(earlier, later) }];
}

function print({ bench, sections, isOtherBench }: Comparison): void {
  console.log(`\n${bench}: ${before.commit} -> ${after.commit}`);
  if (isOtherBench) console.log(`  ${otherBench}`);
  for (const { title, figures, fixtureBefore, onlyBefore, onlyAfter } of sections) {
    console.log(`  ${title}${fixtureBefore === undefined ? '' : ' (the fixture before was another one)'}`);
    for (const { name, unit, system, ...values } of figures) {
      const ratios = ratiosOf(values);
      const who = system === undefined ? '' : `${system}: `;
      const direction = directionOf(values);
      console.log(
        `    ${who}${name}: ${inWords(medianOf(values.before))} -> ${inWords(medianOf(values.after))} ${unit}, ` +
          `x ${inWords(medianOf(ratios))} [${spreadOf(ratios)}]${direction === '' ? '' : `, ${direction}`}`,
      );
    }
    if (onlyBefore.length > 0) console.log(`    only before: ${onlyBefore.join('; ')}`);
    if (onlyAfter.length > 0) console.log(`    only after: ${onlyAfter.join('; ')}`);
  }
}

const benches = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const comparisons = benches.flatMap(({ name }) => comparisonOf(name));
for (const comparison of comparisons) print(comparison);
const machine = await machineFacts();
writeResult(join(directory, 'result.json'), mergeComparisons(undefined, machine, comparisons));
console.log(`\nresult: ${join(directory, 'result.json')}`);
if (options.isRecorded && comparisons.length > 0)
  record(mergeComparisons(readResult(resultFile), machine, comparisons));
