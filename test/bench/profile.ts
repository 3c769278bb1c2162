import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { options } from './options.js';
import { benchName } from './report/report.js';

const SAMPLE_US = 500;

/** Where the profile of a process is kept; a later one of the same role replaces it. */
function profileFile(role: string): string {
  return `${benchName()}.${role.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.cpuprofile`;
}

/** Words for Node with which a process writes its profile when it ends; none when nobody asked for profiles. */
export function profiling(role: string): string[] {
  if (options.profileDirectory === undefined) return [];
  return [
    '--cpu-prof',
    `--cpu-prof-interval=${SAMPLE_US}`,
    `--cpu-prof-dir=${options.profileDirectory}`,
    `--cpu-prof-name=${profileFile(role)}`,
  ];
}

/** Profiles a part of this process when profiles are asked for: what is measured, without the filling of its fixture. */
export async function profiled<Result>(role: string, work: () => Promise<Result>): Promise<Result> {
  const { profileDirectory } = options;
  if (profileDirectory === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
  try {
    return await work();
  } finally {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    mkdirSync(profileDirectory, { recursive: true });
    writeFileSync(join(profileDirectory, profileFile(role)), JSON.stringify(profile));
  }
}
