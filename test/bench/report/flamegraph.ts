import { type FlatFrame, flatFrames, type KeptProfile } from './kept-profile.js';

const WIDTH = 1_200;
const ROW = 16;
const TOP = 62;
/** What is narrower cannot be seen, let alone read. */
const WIDTH_MIN = 0.5;
const LETTER = 6.7;
const COLORS = { own: '#fdba74', library: '#93c5fd', runtime: '#cbd5e1', collector: '#fca5a5' };
const LEGEND: readonly (readonly [color: string, words: string])[] = [
  [COLORS.own, 'own code'],
  [COLORS.library, 'libraries'],
  [COLORS.runtime, 'Node and V8'],
  [COLORS.collector, 'garbage collection'],
];

interface Box extends FlatFrame {
  readonly left: number;
  readonly width: number;
}

/** A flame graph as SVG, the root on top: widths are shares of the time the process was not idle. */
export function renderFlamegraph(profile: KeptProfile): string {
  const boxes = placed(flatFrames(profile), WIDTH / Math.max(1, profile.workUs));
  const flames = TOP + ROW * (1 + Math.max(0, ...boxes.map(({ depth }) => depth)));
  const table = flames + 30;
  const height = table + ROW * (profile.top.length + 1);
  const title = `${profile.title}: ${seconds(profile.workUs)} of work in ${seconds(profile.wallUs)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="8" y="22" font-size="15" font-weight="bold">${safe(title)}</text>`,
    ...LEGEND.flatMap(([color, words], index) => [
      `<rect x="${8 + index * 150}" y="36" width="12" height="12" fill="${color}"/>`,
      `<text x="${25 + index * 150}" y="46">${words}</text>`,
    ]),
    `<text x="${WIDTH - 8}" y="46" text-anchor="end">callers above what they call; width is time, own time included</text>`,
    ...boxes.map((box) => drawn(box, profile.workUs)),
    `<text x="8" y="${table}" font-weight="bold">The most time by itself, wherever called from</text>`,
    ...profile.top.map(
      ({ name, us }, index) =>
        `<text x="8" y="${table + ROW * (index + 1)}" xml:space="preserve">${share(us, profile.workUs).padStart(7)}  ${safe(name)}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

/** Each frame begins where its caller does, or where its left neighbour ends. */
function placed(frames: readonly FlatFrame[], scale: number): Box[] {
  const nextLeft: number[] = [0];
  return frames.flatMap((frame) => {
    const left = nextLeft[frame.depth] ?? 0;
    const width = frame.us * scale;
    nextLeft[frame.depth] = left + width;
    nextLeft[frame.depth + 1] = left;
    return width < WIDTH_MIN ? [] : [{ ...frame, left, width }];
  });
}

function drawn({ name, us, ownUs, left, width, depth }: Box, workUs: number): string {
  const y = TOP + depth * ROW;
  const words = name.replace(' node_modules/', ' ').slice(0, Math.max(0, Math.floor((width - 4) / LETTER)));
  const text = words.length < 3 ? '' : `<text x="${round(left + 2)}" y="${y + 11}">${safe(words)}</text>`;
  const told = `${name}: ${share(us, workUs)}, ${milliseconds(us)}; by itself ${share(ownUs, workUs)}, ${milliseconds(ownUs)}`;
  return `<g><title>${safe(told)}</title><rect x="${round(left)}" y="${y}" width="${round(Math.max(WIDTH_MIN, width - 0.5))}" height="${ROW - 1}" fill="${colorOf(name)}"/>${text}</g>`;
}

function colorOf(name: string): string {
  if (name === '(garbage collector)') return COLORS.collector;
  if (name.includes(' node_modules/')) return COLORS.library;
  return / (apps|libs|test)\//.test(name) ? COLORS.own : COLORS.runtime;
}

export function share(us: number, workUs: number): string {
  return `${((us * 100) / Math.max(1, workUs)).toFixed(1)} %`;
}

const seconds = (us: number): string => `${(us / 1e6).toFixed(1)} s`;
const milliseconds = (us: number): string => `${Math.round(us / 1_000)} ms`;

function safe(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
