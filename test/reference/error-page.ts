import { type ErrorCode, errorCatalogue, errorEntry } from '#contracts';

const codes = Object.keys(errorCatalogue).toSorted() as ErrorCode[];

function section(code: ErrorCode): string[] {
  const { kind, meaning, action, retryable } = errorEntry(code);
  return [
    `## ${code}`,
    '',
    meaning,
    '',
    `- What to do: ${action}`,
    `- Kind: ${kind}`,
    `- The same request may succeed later: ${retryable ? 'yes' : 'no'}`,
    '',
  ];
}

export function renderErrorPage(): string {
  return [
    '# Errors',
    '',
    '<!-- Generated from libs/contracts/src/errors by `npm run reference`. Do not edit. -->',
    '',
    'Every error Rollcall shows has one of these codes: in `error.code` of the SDK, in the problem document of the',
    'HTTP API, in the header `rollcall-error` on NATS, and first in the message on a terminal. A code keeps its meaning.',
    '',
    ...codes.flatMap(section),
  ].join('\n');
}

/** The codes a page documents, in its own order. */
export function codesOnPage(page: string): string[] {
  return [...page.matchAll(/^## (ROLLCALL_\w+)$/gm)].map(([, code]) => code as string);
}
