import type { Machine } from './machine.js';
import type { Figure, Section } from './report.js';

interface Commit {
  /** With the words "with changes" when it is not the commit alone. */
  readonly commit: string;
  readonly subject: string;
}

/** The same figure of two commits, round by round. */
interface ComparedFigure {
  readonly name: string;
  readonly unit: string;
  readonly system?: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

interface ComparedSection {
  readonly title: string;
  readonly fixture?: string;
  /** That of the earlier commit, when it is another: then the figures are not of the same work. */
  readonly fixtureBefore?: string;
  readonly figures: readonly ComparedFigure[];
  /** Figures that only one of them has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

/** One benchmark of two commits, run in turns. */
export interface Comparison {
  readonly bench: string;
  readonly before: Commit;
  readonly after: Commit;
  readonly measuredAt: string;
  readonly isQuick: boolean;
  /** Each commit is measured by its own benchmark, and they are not the same: a difference may be the benchmark's. */
  readonly isOtherBench?: boolean;
  readonly loadAverage: number;
  /** Where it is another one than that of the page. */
  readonly machine?: Machine;
  readonly sections: readonly ComparedSection[];
}

/** The sections of each round of both sides, put beside each other. */
export function compareSections(
  before: readonly (readonly Section[])[],
  after: readonly (readonly Section[])[],
): ComparedSection[] {
  const [first = []] = after;
  const [gone = []] = before.map((round) => round.filter((section) => twinOf(section, first) === undefined));
  const both = first.map((section) => {
    const earlier = before.map((round) => twinOf(section, round));
    const later = after.map((round) => twinOf(section, round));
    const names = namesOf(earlier[0]);
    const { title, fixture } = section;
    const fixtureBefore = earlier[0]?.fixture;
    return {
      title,
      ...(fixture !== undefined && { fixture }),
      ...(fixtureBefore !== undefined && fixtureBefore !== fixture && { fixtureBefore }),
      figures: section.figures.flatMap((figure) => compared(figure, earlier, later)),
      onlyBefore: [...names].filter((name) => !namesOf(section).has(name)),
      onlyAfter: [...namesOf(section)].filter((name) => !names.has(name)),
    };
  });
  return [...both, ...gone.map(onlyBefore)];
}

function onlyBefore(section: Section): ComparedSection {
  return { title: section.title, figures: [], onlyBefore: [...namesOf(section)], onlyAfter: [] };
}

/** After by before within each round: what slowed the machine in one of them slowed both sides. */
export function ratiosOf({ before, after }: Pick<ComparedFigure, 'before' | 'after'>): number[] {
  return after.map((value, round) => value / (before[round] ?? Number.NaN));
}

/** Whether every round of one side is beyond every round of the other; anything less may well be chance. */
export function directionOf({ before, after }: Pick<ComparedFigure, 'before' | 'after'>): string {
  if (before.length < 2) return '';
  if (Math.min(...after) > Math.max(...before)) return 'higher';
  return Math.max(...after) < Math.min(...before) ? 'lower' : '';
}

function twinOf({ title }: Section, round: readonly Section[]): Section | undefined {
  return round.find((section) => section.title === title);
}

type Rounds = readonly (Section | undefined)[];

const nameOf = ({ name, system = '' }: Pick<Figure, 'name' | 'system'>): string =>
  system === '' ? name : `${system}: ${name}`;

const namesOf = (section: Section | undefined): Set<string> => new Set(section?.figures.map(nameOf));

/** Nothing when a round of either side lacks the figure. */
function compared(
  { name, unit, system }: Figure,
  ...sides: readonly [before: Rounds, after: Rounds]
): ComparedFigure[] {
  const wanted = nameOf({ name, system });
  const [before = [], after = []] = sides.map((rounds) =>
    rounds.flatMap((section) => section?.figures.find((twin) => nameOf(twin) === wanted)?.value ?? []),
  );
  if (before.length < sides[0].length || after.length < sides[1].length) return [];
  return [{ name, unit, ...(system !== undefined && { system }), before, after }];
}
