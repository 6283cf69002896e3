import type { Warning } from '../errors.ts';
import { printable } from './terminal-text.ts';

/** Formats a warning as lines: message, location and code, then the hint. */
export function warningLines(warning: Warning): string[] {
  const { location } = warning;
  const where = location && ` (${printable(location.file)}:${location.range.start.line})`;
  const lines = [
    `WARNING: ${printable(warning.message)}${where ?? ''} [${printable(warning.code)}]`,
  ];
  if (warning.hint !== undefined) lines.push(`  hint: ${printable(warning.hint)}`);
  return lines;
}
