/** One line of a difference: as it stands in both, only before, or only after. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Above so many cells the table of common lines is not filled: what differs is then shown as replaced whole. */
const CELLS_MAX = 1_000_000;

/**
 * How two texts differ, line by line: the longest common subsequence by dynamic programming (Wagner, Fischer 1974),
 * after what both begin and end with is set aside. A text that is not there has no lines.
 */
export function diffLines(before: string | undefined, after: string | undefined): DiffLine[] {
  const [left, right] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1;
  let tail = 0;
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  )
    tail += 1;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [
    ...same(left.slice(0, head)),
    ...middle(left.slice(head, left.length - tail), right.slice(head, right.length - tail)),
    ...same(left.slice(left.length - tail)),
  ];
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}

function middle(left: readonly string[], right: readonly string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  if (left.length * right.length > CELLS_MAX) return [...left.map(removed), ...right.map(added)];
  const common = commonLengths(left, right);
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < left.length && column < right.length) {
    const [text, other] = [left[row] as string, right[column] as string];
    if (text === other) {
      lines.push({ kind: 'same', text });
      row += 1;
      column += 1;
    } else if (lengthAt(common, row + 1, column) >= lengthAt(common, row, column + 1)) {
      lines.push(removed(text));
      row += 1;
    } else {
      lines.push(added(other));
      column += 1;
    }
  }
  return [...lines, ...left.slice(row).map(removed), ...right.slice(column).map(added)];
}

/** For each pair of places, how many lines the rests have in common, in order. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      (rows[row] as Uint32Array)[column] =
        left[row] === right[column]
          ? lengthAt(rows, row + 1, column + 1) + 1
          : Math.max(lengthAt(rows, row + 1, column), lengthAt(rows, row, column + 1));
    }
  }
  return rows;
}

function lengthAt(rows: readonly Uint32Array[], row: number, column: number): number {
  return rows[row]?.[column] ?? 0;
}
