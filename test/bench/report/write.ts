import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { options } from '../options.js';
import type { CpuProfile } from './cpu-profile.js';
import { resultFile } from './files.js';
import { renderFlamegraph } from './flamegraph.js';
import { keepProfile, type KeptProfile } from './kept-profile.js';
import { machineFacts } from './machine.js';
import { record } from './record.js';
import { readSections } from './report.js';
import { commitNow, mergeResult, readResult, type RecordedSection, writeResult } from './result.js';
import { goalOf } from './words.js';

// Puts the sections of one run together: beside them, and with --record into the reference as well.

/** What is narrower in a picture that is looked into once, and in one that is kept. */
const LEAST_SHARE = 0.001;
const LEAST_SHARE_KEPT = 0.01;

const directory = options.reportDirectory ?? '.';
const profiles = join(directory, 'profiles');

/** The profiles of a benchmark, in an order that does not change; `replay.registry.cpuprofile` is called "replay: registry". */
function profilesOf(bench: string, leastShare: number): (KeptProfile & { readonly file: string })[] {
  return readdirSync(profiles)
    .filter((file) => file.startsWith(`${bench}.`) && file.endsWith('.cpuprofile'))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((file) => {
      const role = (file.split('.')[1] ?? '').replaceAll('-', ' ');
      const profile = JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile;
      return { file, ...keepProfile(`${bench}: ${role}`, profile, leastShare) };
    });
}

function drawAll(): void {
  const benches = new Set(readdirSync(profiles).map((file) => file.split('.')[0] ?? ''));
  for (const bench of benches) {
    for (const profile of profilesOf(bench, LEAST_SHARE)) {
      const drawn = join(profiles, profile.file.replace(/cpuprofile$/, 'svg'));
      writeFileSync(drawn, renderFlamegraph(profile));
      console.log(`flame graph: ${drawn}`);
    }
  }
}

/** Only what misses a goal is looked into. */
function withProfiles(section: RecordedSection): RecordedSection {
  if (!existsSync(profiles) || section.figures.every((figure) => goalOf(figure)?.isMet !== false))
    return section;
  const kept = profilesOf(section.bench, LEAST_SHARE_KEPT).map(({ file: _file, ...profile }) => profile);
  return { ...section, profiles: kept };
}

if (existsSync(profiles)) drawAll();
const measured = readSections(directory);
if (measured.length > 0) {
  const commit = commitNow();
  const sections = measured.map((section) => withProfiles({ ...section, commit }));
  const machine = await machineFacts();
  const result = mergeResult(undefined, machine, sections);
  writeResult(join(directory, 'result.json'), result);
  console.log(`\nresult: ${join(directory, 'result.json')}`);
  if (options.isRecorded) record(mergeResult(readResult(resultFile), machine, sections));
}
