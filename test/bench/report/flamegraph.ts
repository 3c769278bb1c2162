/** What V8 writes with `--cpu-prof`, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids, one a sample. */
  readonly samples: readonly number[];
  /** Time before each sample, in us. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A function in one place of the call tree, with all time spent in it and below. */
interface Frame {
  readonly name: string;
  us: number;
  readonly callees: Map<string, Frame>;
}

const WIDTH = 1_200;
const ROW = 16;
const TOP = 40;
const DEPTH_MAX = 60;
/** What is narrower cannot be seen, let alone read. */
const WIDTH_MIN = 0.5;
const LETTER = 6.5;
const COLORS = { own: '#f59e0b', library: '#93c5fd', runtime: '#cbd5e1' };

/** A flame graph as SVG, the root on top: widths are shares of the time the process was not idle. */
export function renderFlamegraph(title: string, profile: CpuProfile): string {
  const root = foldProfile(profile);
  const rects = [...drawn(root, { left: 0, depth: 0, scale: WIDTH / Math.max(1, root.us) })];
  const height = TOP + ROW * (1 + Math.max(0, ...rects.map(({ depth }) => depth)));
  const legend = `${title}: ${(root.us / 1e6).toFixed(1)} s of work; orange: own code, blue: libraries, grey: Node and V8`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="8" y="22" font-size="14">${safe(legend)}</text>`,
    ...rects.map(({ svg }) => svg),
    '</svg>',
    '',
  ].join('\n');
}

/** Samples put together by call path; the idle ones are left out. */
function foldProfile({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const usById = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    usById.set(id, (usById.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  }
  const root: Frame = { name: 'all', us: 0, callees: new Map() };
  for (const [id, us] of usById) {
    if (byId.get(id)?.callFrame.functionName === '(idle)') continue;
    const path: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node !== undefined && parents.has(at)) path.push(nameOf(node));
    }
    addPath(root, path.toReversed(), us);
  }
  return root;
}

function addPath(root: Frame, path: readonly string[], us: number): void {
  let frame = root;
  frame.us += us;
  for (const name of path) {
    let callee = frame.callees.get(name);
    if (callee === undefined) frame.callees.set(name, (callee = { name, us: 0, callees: new Map() }));
    callee.us += us;
    frame = callee;
  }
}

/** Where in the project or its packages a function is; the machine's own folders say nothing. */
function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const file = url.replace(/^.*\/(?=node_modules\/|dist\/)/, '');
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`;
}

interface Place {
  readonly left: number;
  readonly depth: number;
  /** Pixels a microsecond. */
  readonly scale: number;
}

function* drawn(frame: Frame, place: Place): Generator<{ readonly depth: number; readonly svg: string }> {
  const width = frame.us * place.scale;
  if (width < WIDTH_MIN || place.depth > DEPTH_MAX) return;
  yield { depth: place.depth, svg: rect(frame, place, width) };
  let { left } = place;
  for (const callee of [...frame.callees.values()].toSorted((one, other) => other.us - one.us)) {
    yield* drawn(callee, { ...place, left, depth: place.depth + 1 });
    left += callee.us * place.scale;
  }
}

function rect({ name, us }: Frame, { left, depth, scale }: Place, width: number): string {
  const y = TOP + depth * ROW;
  const share = ((us * scale * 100) / WIDTH).toFixed(1);
  const words = name.slice(0, Math.floor((width - 4) / LETTER));
  const text = words.length < 3 ? '' : `<text x="${round(left + 2)}" y="${y + 11}">${safe(words)}</text>`;
  return `<g><title>${safe(`${name}: ${share} %, ${(us / 1_000).toFixed(0)} ms`)}</title><rect x="${round(left)}" y="${y}" width="${round(Math.max(WIDTH_MIN, width - 0.5))}" height="${ROW - 1}" fill="${colorOf(name)}"/>${text}</g>`;
}

function colorOf(name: string): string {
  if (name.includes(' node_modules/')) return COLORS.library;
  return name.includes(' dist/') ? COLORS.own : COLORS.runtime;
}

function safe(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
