import type { Plot, Series } from './report.js';
import { inWords } from './words.js';

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 70;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 60;
type Anchor = 'start' | 'middle' | 'end';

const COLORS = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#475569'];

/** A plot as SVG: bars when x is words, lines when it is numbers. Plain text, so that git can compare it. */
export function renderPlot(plot: Plot): string {
  const isBars = plot.series.some(({ points }) => points.some(([x]) => typeof x === 'string'));
  const body = isBars ? bars(plot) : lines(plot);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text([WIDTH / 2, 18], plot.title, 'middle', ' font-size="14" font-weight="bold"'),
    ...body,
    ...legend(plot.series),
    '</svg>',
    '',
  ].join('\n');
}

/** Where a value lies on the upward axis, and the marks on it. */
function upward({ series, isLogarithmic = false, yLabel }: Plot) {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const high = Math.max(...values);
  const low = isLogarithmic ? Math.min(...values.filter((value) => value > 0)) / 2 : 0;
  const share = (value: number): number =>
    isLogarithmic ? Math.log(value / low) / Math.log(high / low) : value / high;
  const at = (value: number): number => HEIGHT - BOTTOM - share(value) * (HEIGHT - TOP - BOTTOM);
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    isLogarithmic ? low * (high / low) ** part : part * high,
  );
  const marks = steps.flatMap((value) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(at(value))}" y2="${round(at(value))}" stroke="#e2e8f0"/>`,
    text([LEFT - 6, at(value) + 4], inWords(value), 'end'),
  ]);
  return { at, marks: [...marks, text([LEFT, TOP - 8], yLabel, 'middle', ' fill="#475569"')] };
}

function bars(plot: Plot): string[] {
  const { at, marks } = upward(plot);
  const words = [...new Set(plot.series.flatMap(({ points }) => points.map(([x]) => String(x))))];
  const slot = (WIDTH - LEFT - RIGHT) / words.length;
  const width = Math.min(60, (slot * 0.8) / plot.series.length);
  const drawn = plot.series.flatMap((series, index) =>
    series.points.flatMap(([x, y]) => {
      const left = LEFT + slot * (words.indexOf(String(x)) + 0.5) + width * (index - plot.series.length / 2);
      const height = HEIGHT - BOTTOM - at(y);
      return [
        `<rect x="${round(left)}" y="${round(at(y))}" width="${round(width - 2)}" height="${round(Math.max(1, height))}" fill="${colorOf(index)}"/>`,
        text([left + width / 2, at(y) - 4], inWords(y), 'middle', ' font-size="10"'),
      ];
    }),
  );
  const names = words.map((word, index) =>
    text([LEFT + slot * (index + 0.5), HEIGHT - BOTTOM + 16], word, 'middle'),
  );
  return [...marks, ...drawn, ...names];
}

function lines(plot: Plot): string[] {
  const { at, marks } = upward(plot);
  const all = [...new Set(plot.series.flatMap(({ points }) => points.map(([x]) => Number(x))))].toSorted(
    (left, right) => left - right,
  );
  // Sizes grow tenfold from point to point, so each has the same room.
  const across = (x: number): number =>
    LEFT + 20 + (all.indexOf(x) * (WIDTH - LEFT - RIGHT - 40)) / Math.max(1, all.length - 1);
  const drawn = plot.series.flatMap((series, index) => {
    const places = series.points.map(([x, y]) => `${round(across(Number(x)))},${round(at(y))}`);
    return [
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colorOf(index)}" stroke-width="2"/>`,
      ...places.map((place) => {
        const [x, y] = place.split(',');
        return `<circle cx="${x}" cy="${y}" r="3" fill="${colorOf(index)}"/>`;
      }),
    ];
  });
  const names = all.map((x) => text([across(x), HEIGHT - BOTTOM + 16], inWords(x), 'middle'));
  const label = text([WIDTH - RIGHT, HEIGHT - BOTTOM + 30], plot.xLabel ?? '', 'end', ' fill="#475569"');
  return [...marks, ...drawn, ...names, label];
}

function legend(series: readonly Series[]): string[] {
  if (series.length < 2) return [];
  const slot = (WIDTH - LEFT - RIGHT) / series.length;
  return series.flatMap(({ name }, index) => [
    `<rect x="${round(LEFT + slot * index)}" y="${HEIGHT - 22}" width="10" height="10" fill="${colorOf(index)}"/>`,
    text([LEFT + slot * index + 15, HEIGHT - 13], name, 'start'),
  ]);
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? 'black';
}

function text([x, y]: readonly [number, number], words: string, anchor: Anchor, more = ''): string {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${safe}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
