import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where this machine gets its Debian packages from, as its own apt sources say. */
export interface DebianMirror {
  readonly uri: string;
  readonly signedBy: string;
}

const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ROLLING_SUITES = ['stable', 'testing', 'unstable', 'sid'];

interface SourceEntry {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** The mirrors of the main archive; add-on archives and the security archive do not carry other releases. */
export async function debianMirrors(codename: string, aptDir = '/etc/apt'): Promise<DebianMirror[]> {
  const texts = await sourceFiles(aptDir);
  const entries = texts.flatMap(({ name, text }) =>
    name.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text),
  );
  const suites = new Set([codename, ...ROLLING_SUITES]);
  const uris = entries
    .filter((entry) => entry.components.includes('main') && entry.suites.some((suite) => suites.has(suite)))
    .flatMap((entry) => entry.uris)
    .filter((uri) => /^(https?|mirror\+|file:)/.test(uri));
  return [...new Set(uris)].map((uri) => ({ uri, signedBy: ARCHIVE_KEYRING }));
}

async function sourceFiles(aptDir: string): Promise<{ name: string; text: string }[]> {
  const parts = join(aptDir, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const paths = [
    join(aptDir, 'sources.list'),
    ...names.toSorted((left, right) => left.localeCompare(right)).map((name) => join(parts, name)),
  ];
  const wanted = paths.filter((path) => path.endsWith('.list') || path.endsWith('.sources'));
  return Promise.all(
    wanted.map(async (name) => ({ name, text: await readFile(name, 'utf8').catch(() => '') })),
  );
}

/** The `Types: deb` stanza form. */
function parseDeb822(text: string): SourceEntry[] {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => stanzaFields(stanza))
    .filter((fields) => words(fields.get('types')).includes('deb') && fields.get('enabled')?.trim() !== 'no')
    .map((fields) => ({
      uris: words(fields.get('uris')),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
    }));
}

function stanzaFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const field = /^([A-Za-z-]+):(.*)$/.exec(line);
    if (field !== null) name = (field[1] ?? '').toLowerCase();
    const value = field === null ? line : (field[2] ?? '');
    fields.set(name, `${fields.get(name) ?? ''} ${value}`);
  }
  return fields;
}

/** The `deb [options] uri suite components...` form. */
function parseOneLine(text: string): SourceEntry[] {
  return text
    .split('\n')
    .map((line) => /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ uris: [match[1] ?? ''], suites: [match[2] ?? ''], components: words(match[3]) }));
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
