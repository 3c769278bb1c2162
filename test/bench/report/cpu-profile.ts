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

/** A function in one place of the call tree. */
export interface Frame {
  readonly name: string;
  /** Time in it and below. */
  us: number;
  /** Time in it alone. */
  ownUs: number;
  readonly callees: Map<string, Frame>;
}

const frameOf = (name: string): Frame => ({ name, us: 0, ownUs: 0, callees: new Map() });

/** Neither waiting nor looking is work: samples in these are left out. */
const isNoWork = ({ callFrame: { functionName, url } }: ProfileNode): boolean =>
  functionName === '(idle)' || url.startsWith('node:inspector');

/** Samples put together by call path, below one root. */
export function foldProfile({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const usById = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    usById.set(id, (usById.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  }
  const root = frameOf('all');
  for (const [id, us] of usById) {
    const nodesUp: ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      // The root of a profile has no caller, and says nothing.
      if (node !== undefined && parents.has(at)) nodesUp.push(node);
    }
    if (nodesUp.some(isNoWork)) continue;
    addPath(root, nodesUp.map(nameOf).toReversed(), us);
  }
  return root;
}

function addPath(root: Frame, path: readonly string[], us: number): void {
  let frame = root;
  frame.us += us;
  for (const name of path) {
    let callee = frame.callees.get(name);
    if (callee === undefined) frame.callees.set(name, (callee = frameOf(name)));
    callee.us += us;
    frame = callee;
  }
  frame.ownUs += us;
}

/** Where in the project, its packages or Node a function is; the machine's own folders say nothing. */
function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const file = url.replace(/^.*\/(?=node_modules\/)/, '').replace(/^(?!node_modules).*\/dist\//, '');
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`;
}

/** What a function costs by itself, wherever it was called from. */
export interface OwnTime {
  readonly name: string;
  readonly us: number;
}

/** The functions that the most time is spent in, not counting what they call. */
export function ownTimes(root: Frame, most: number): OwnTime[] {
  const byName = new Map<string, number>();
  const add = (frame: Frame): void => {
    byName.set(frame.name, (byName.get(frame.name) ?? 0) + frame.ownUs);
    for (const callee of frame.callees.values()) add(callee);
  };
  add(root);
  return [...byName]
    .map(([name, us]) => ({ name, us }))
    .filter(({ us }) => us > 0)
    .toSorted((one, other) => other.us - one.us || compareWords(one.name, other.name))
    .slice(0, most);
}

/** Callees in the order they are drawn in: the dearest first. */
export function byCost(callees: Iterable<Frame>): Frame[] {
  return [...callees].toSorted((one, other) => other.us - one.us || compareWords(one.name, other.name));
}

/** Not by the language of the machine: a picture is the same everywhere. */
function compareWords(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
