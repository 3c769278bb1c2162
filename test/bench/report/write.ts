import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { options } from '../options.js';
import { benchmarkPages, resultFile } from './files.js';
import { type CpuProfile, renderFlamegraph } from './flamegraph.js';
import type { Section } from './report.js';
import { commitNow, machineFacts, mergeResult, readResult, type Result } from './result.js';

// Puts the sections of one run together: beside them, and with --record into the reference as well.

const directory = options.reportDirectory ?? '.';
for (const file of readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))) {
  const profile = JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile;
  const drawn = join(directory, file.replace(/cpuprofile$/, 'svg'));
  writeFileSync(drawn, renderFlamegraph(file, profile));
  console.log(`flame graph: ${drawn}`);
}
const kept = join(directory, 'sections.jsonl');
if (existsSync(kept)) {
  const commit = commitNow();
  const sections = readFileSync(kept, 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as Section), commit }));
  const machine = await machineFacts();
  write(join(directory, 'result.json'), mergeResult(undefined, machine, sections));
  console.log(`\nresult: ${join(directory, 'result.json')}`);
  if (options.isRecorded) {
    write(resultFile, mergeResult(readResult(resultFile), machine, sections));
    for (const [path, render] of benchmarkPages()) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, render());
    }
    console.log(`recorded: docs/reference/benchmarks.md`);
  }
}

function write(file: string, result: Result): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
}
