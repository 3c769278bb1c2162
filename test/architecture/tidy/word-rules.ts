import { type Complaint, placesOf, type SourceFile } from './repository.js';

/** A word that may not stand in some files. The patterns are put together here so that they do not find themselves. */
interface WordRule {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly remedy: string;
  readonly applies: (path: string) => boolean;
}

const isCode = (path: string): boolean => /\.(ts|mjs|cjs)$/.test(path);
const isSpec = (path: string): boolean => path.endsWith('.spec.ts') || path.startsWith('test/');
const isOwn = (path: string): boolean => path.startsWith('test/architecture/tidy');

/** Who may look at the environment: the rooms that read settings, the apps, and what starts processes for tests. */
const readsSettings = /^(apps|libs\/platform|libs\/broker|test|\.config)\//;

export const wordRules: readonly WordRule[] = [
  {
    rule: 'nothing is left for later in a comment',
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    remedy: 'Do it now, or open an issue and say in a sentence what is missing',
    applies: (path) => !isOwn(path),
  },
  {
    rule: 'no test is skipped or runs alone',
    pattern: /\b(it|test|describe)\.(only|skip|todo)\b|\b(fit|xit|xdescribe|fdescribe)\(/,
    remedy: 'Fix the test or delete it',
    applies: (path) => isSpec(path) && !isOwn(path),
  },
  {
    rule: 'no test is tried again until it passes',
    pattern: /\bretryTimes\b/,
    remedy: 'Find out why it fails sometimes: that is a bug in the code or in the test',
    applies: (path) => isCode(path) && !isOwn(path),
  },
  {
    rule: 'no registry or archive is named by its host',
    pattern: /registry\.npm(js|mirror)|npmmirror|deb\.debian\.org|archive\.ubuntu|jsr\.io/,
    remedy: "Read the host from the machine's own configuration; in tests use a name below .example",
    applies: (path) => !isOwn(path),
  },
  {
    rule: 'no path of one machine',
    pattern: /(^|[\s"'`(=:])\/(work|home|root|Users)\/\w/,
    remedy: 'Use a path from the root of the repository, or a temporary directory',
    applies: (path) => !isOwn(path),
  },
  {
    rule: 'the environment is read where settings are read',
    pattern: /^(?!\s*(\*|\/\/|\/\*)).*\bprocess\.env\b/,
    remedy:
      'Take the value as an option; only libs/platform, libs/broker and apps may look at the environment',
    applies: (path) => isCode(path) && !readsSettings.test(path),
  },
  {
    rule: 'a time says its unit',
    // A field of an interface or class: it ends in a semicolon, unlike a field of an object handed to a library.
    pattern:
      /^\s+(?:(?:readonly|private|protected|public|static|override) )*#?(\w*[a-z])?(timeout|ttl|interval)[?!]?: .*;$/i,
    remedy: 'End the name in Ms or Seconds',
    applies: (path) => /^(libs|apps)\/.*\/src\/.*\.ts$/.test(path) && !isSpec(path),
  },
];

export function wordComplaints(files: readonly SourceFile[]): Complaint[] {
  return wordRules.flatMap(({ rule, pattern, remedy, applies }) =>
    files
      .filter(({ path }) => applies(path))
      .flatMap((file) => placesOf(file, pattern).map((place) => ({ rule, place, remedy }))),
  );
}
