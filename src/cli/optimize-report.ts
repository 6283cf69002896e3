/** What `lamina optimize` prints. */
import type { MeasuredImage, OptimizeResult, TriedChange } from '../api/index.ts';
import { humanDuration, humanSize, printable } from '../progress/index.ts';
import { renderTable } from './rows.ts';

/** One line for a change that was tried. */
export function describeChange({ name, what, kept, reason, ...bytes }: TriedChange): string {
  if (!kept) return printable(`dropped  ${name}: ${reason}`);
  const { bytesBefore, bytesAfter } = bytes;
  const sizes =
    Math.abs(bytesBefore - bytesAfter) < 1000
      ? ''
      : `: ${humanSize(bytesBefore)} → ${humanSize(bytesAfter)}`;
  return printable(`kept     ${name}${sizes}; ${what}`);
}

/** Sizes and times before and after. @param written paths of the files that were written */
export function describeResult(
  { before, after }: OptimizeResult,
  written: readonly string[],
): string {
  const factor = after.bytes === 0 ? 0 : before.bytes / after.bytes;
  const table = renderTable([
    ['', 'BEFORE', 'AFTER'],
    ['size', humanSize(before.bytes), humanSize(after.bytes)],
    ...times(before, after),
  ]);
  const smaller =
    factor < 1.01 ? 'no smaller image was found\n' : `${factor.toPrecision(3)} times smaller\n`;
  return table + smaller + written.map((path) => `wrote ${printable(path)}\n`).join('');
}

function times(before: MeasuredImage, after: MeasuredImage): readonly string[][] {
  const rows = [
    ['build without cache', before.coldMilliseconds, after.coldMilliseconds],
    ['build again', before.warmMilliseconds, after.warmMilliseconds],
  ] as const;
  return rows.flatMap(([name, then, now]) =>
    then === undefined || now === undefined
      ? []
      : [[name, humanDuration(then), humanDuration(now)]],
  );
}
