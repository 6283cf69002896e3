/** The differences of two texts in the unified format, as `diff -u` prints them and `patch` reads them. */

/** Unchanged lines around a change. */
const CONTEXT = 3;
/** Beyond this many changed lines, the changed part is shown as a whole. */
const MOST_CHANGES = 1_000;

interface Line {
  readonly kind: ' ' | '-' | '+';
  /** With its line break, if it has one. */
  readonly text: string;
}

/** @returns an empty text for equal texts */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = diffLines(linesOf(before), linesOf(after));
  return [`--- ${name}\n+++ ${name}\n`, ...hunksOf(lines)].join('');
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  return [
    ...marked(' ', before.slice(0, head)),
    ...(shortestEdit(old, fresh) ?? [...marked('-', old), ...marked('+', fresh)]),
    ...marked(' ', before.slice(before.length - tail)),
  ];
}

function marked(kind: Line['kind'], texts: readonly string[]): readonly Line[] {
  return texts.map((text) => ({ kind, text }));
}

/** Myers' algorithm; undefined if the texts differ too much. */
function shortestEdit(
  before: readonly string[],
  after: readonly string[],
): readonly Line[] | undefined {
  /** For each number of changes: how far each diagonal gets. */
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  const most = Math.min(before.length + after.length, MOST_CHANGES);
  for (let changes = 0; changes <= most; changes += 1) {
    trace.push(reach);
    reach = new Map(reach);
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = startOf(reach, diagonal, changes);
      while (x < before.length && before[x] === after[x - diagonal]) x += 1;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return pathOf(trace, before, after);
    }
  }
  return undefined;
}

function startOf(reach: ReadonlyMap<number, number>, diagonal: number, changes: number): number {
  const below = reach.get(diagonal - 1) ?? -1;
  const above = reach.get(diagonal + 1) ?? -1;
  const isInsertion = diagonal === -changes || (diagonal !== changes && below < above);
  return isInsertion ? above : below + 1;
}

function pathOf(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly Line[] {
  const lines: Line[] = [];
  let [x, y] = [before.length, after.length];
  for (let changes = trace.length - 1; changes >= 0; changes -= 1) {
    const reach = trace[changes] ?? new Map<number, number>();
    const start = changes === 0 ? 0 : startOf(reach, x - y, changes);
    const diagonal = x - y;
    while (x > start) {
      x -= 1;
      y -= 1;
      lines.push({ kind: ' ', text: before[x] ?? '' });
    }
    if (changes === 0) break;
    const isInsertion = x === (reach.get(diagonal + 1) ?? -1);
    if (isInsertion) {
      y -= 1;
      lines.push({ kind: '+', text: after[y] ?? '' });
    } else {
      x -= 1;
      lines.push({ kind: '-', text: before[x] ?? '' });
    }
  }
  return lines.reverse();
}

function* hunksOf(lines: readonly Line[]): Generator<string> {
  let [oldLine, newLine] = [1, 1];
  let at = 0;
  while (at < lines.length) {
    const change = lines.findIndex(({ kind }, index) => index >= at && kind !== ' ');
    if (change < 0) return;
    const start = Math.max(at, change - CONTEXT);
    oldLine += start - at;
    newLine += start - at;
    const end = endOfHunk(lines, change);
    const hunk = lines.slice(start, end);
    const old = hunk.filter(({ kind }) => kind !== '+').length;
    const fresh = hunk.filter(({ kind }) => kind !== '-').length;
    yield `@@ -${rangeOf(oldLine, old)} +${rangeOf(newLine, fresh)} @@\n`;
    for (const { kind, text } of hunk) {
      yield kind + (text.endsWith('\n') ? text : `${text}\n\\ No newline at end of file\n`);
    }
    oldLine += old;
    newLine += fresh;
    at = end;
  }
}

function endOfHunk(lines: readonly Line[], change: number): number {
  let last = change;
  for (let at = change; at < lines.length && at <= last + 2 * CONTEXT; at += 1) {
    if (lines[at]?.kind !== ' ') last = at;
  }
  return Math.min(lines.length, last + 1 + CONTEXT);
}

function rangeOf(line: number, count: number): string {
  if (count === 1) return `${line}`;
  return `${count === 0 ? line - 1 : line},${count}`;
}
