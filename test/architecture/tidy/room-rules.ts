import type { Complaint, SourceFile } from './repository.js';

const SIGN_LINES_MAX = 60;

/** Rooms and apps: the folders that hold a `src`, or a program of their own. */
function doorsOf(files: readonly SourceFile[]): string[] {
  const doors = files.flatMap(
    ({ path }) => /^(?:libs|apps|apps\/examples)\/[^/]+(?=\/(?:src\/|[^/]+\.mjs$))/.exec(path) ?? [],
  );
  return [...new Set(doors)];
}

/** Every room and app has a door sign that fits one screen. */
export function roomComplaints(files: readonly SourceFile[]): Complaint[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return doorsOf(files).flatMap((door) => {
    const sign = byPath.get(`${door}/README.md`);
    if (sign === undefined) {
      const remedy =
        'Write README.md: what it does, what it never does, whom it may see, where to start, how to test';
      return [{ rule: 'every room has a door sign', place: door, remedy }];
    }
    const length = sign.lines.filter((line, index) => line !== '' || index < sign.lines.length - 1).length;
    if (length <= SIGN_LINES_MAX) return [];
    const remedy = `It has ${length} lines; keep ${SIGN_LINES_MAX} and move the rest to docs/guides`;
    return [{ rule: 'a door sign fits one screen', place: sign.path, remedy }];
  });
}
