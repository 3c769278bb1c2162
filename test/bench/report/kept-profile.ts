import { byCost, type CpuProfile, foldProfile, type Frame, ownTimes, type OwnTime } from './cpu-profile.js';

/** A profile as small as a report keeps it: enough to draw it anew. */
export interface KeptProfile {
  /** Which process, doing what. */
  readonly title: string;
  /** Time of work, and time between first and last sample, in us. */
  readonly workUs: number;
  readonly wallUs: number;
  readonly top: readonly OwnTime[];
  /** `depth us ownUs name`, callers before what they call. */
  readonly frames: readonly string[];
}

export interface FlatFrame {
  readonly depth: number;
  readonly us: number;
  readonly ownUs: number;
  readonly name: string;
}

const TOP_MOST = 10;
const DEPTH_MAX = 60;

/** Folds a profile and leaves out what took less than this share of its work. */
export function keepProfile(title: string, profile: CpuProfile, leastShare: number): KeptProfile {
  const root = foldProfile(profile);
  const wallUs = profile.timeDeltas.reduce((sum, us) => sum + Math.max(0, us), 0);
  const least = Math.max(1, root.us * leastShare);
  return {
    title,
    workUs: root.us,
    wallUs,
    top: ownTimes(root, TOP_MOST),
    frames: [...flatten(root, 0, least)],
  };
}

function* flatten(frame: Frame, depth: number, least: number): Generator<string> {
  if (frame.us < least || depth > DEPTH_MAX) return;
  yield `${depth} ${frame.us} ${frame.ownUs} ${frame.name}`;
  for (const callee of byCost(frame.callees.values())) yield* flatten(callee, depth + 1, least);
}

export function flatFrames({ frames }: Pick<KeptProfile, 'frames'>): FlatFrame[] {
  return frames.map((line) => {
    const [depth = '0', us = '0', ownUs = '0', ...words] = line.split(' ');
    return { depth: Number(depth), us: Number(us), ownUs: Number(ownUs), name: words.join(' ') };
  });
}
