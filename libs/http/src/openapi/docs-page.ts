import { openApiDocument } from '../generated/openapi.js';

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly $ref: string }[];
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, { readonly name: string; readonly description?: string }>>;
  };
}

const methods = ['get', 'put', 'post', 'patch', 'delete'];

/** The API for people: one page that loads nothing else and runs nothing. */
export function renderDocsPage(): string {
  const { info, paths, components } = openApiDocument as unknown as Document;
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    methods
      .filter((method) => method in operations)
      .map((method) => rowOf(method, path, operations[method] as Operation, components.parameters)),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} ${escapeHtml(info.version)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #8884; padding: .5rem; vertical-align: top; }
code { font-size: 13px; }
small { color: #666; display: block; }
</style>
<h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<p>${escapeHtml(info.description)}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>
<table>
${rows.join('\n')}
</table>
</html>
`;
}

function rowOf(
  method: string,
  path: string,
  { summary, parameters = [] }: Operation,
  known: Document['components']['parameters'],
): string {
  const named = parameters.map(({ $ref }) => known[$ref.split('/').at(-1) ?? '']?.name ?? '');
  const query = named.length === 0 ? '' : `<small>${escapeHtml(named.join(', '))}</small>`;
  return `<tr><td><code>${method.toUpperCase()}</code><td><code>${escapeHtml(path)}</code>${query}<td>${escapeHtml(summary)}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
