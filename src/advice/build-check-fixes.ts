/** Fixes for BuildKit's checks that are about how the text is written: the build stays the same. */
import { type Instruction, type KeyValue, physicalLines, sliceOf } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { Fix } from '../lint/index.ts';
import type { RuleName } from '../warning-code.ts';
import { replace, safeFix } from './edits.ts';
import type { LintedFile } from './linted-file.ts';

interface Place {
  readonly file: LintedFile;
  readonly about: Instruction | undefined;
}

/** @param range where the check found something */
export function fixOfBuildCheck(
  name: RuleName,
  range: SourceRange,
  { file, about }: Place,
): Fix | undefined {
  const { tree } = file;
  const found = sliceOf(tree.text, range);
  const write = (text: string) => safeFix(`write ${text}`, replace(range, text));
  switch (name) {
    case 'FromAsCasing':
      return write(about?.node.keyword === 'from' ? 'as' : 'AS');
    case 'StageNameCasing':
    case 'ExposeProtoCasing':
      // The name of a variable is case-sensitive.
      return found.includes('$') ? undefined : write(found.toLowerCase());
    case 'ConsistentInstructionCasing':
      return write(isMostlyLower(file) ? found.toLowerCase() : found.toUpperCase());
    case 'NoEmptyContinuation':
      return withoutEmptyLines(range, file);
    case 'LegacyKeyValueFormat': {
      const [pair] = about?.kind === 'env' || about?.kind === 'label' ? about.pairs : [];
      return pair && withEqualsSign(pair, file);
    }
    default:
      return undefined;
  }
}

function isMostlyLower({ tree }: LintedFile): boolean {
  const keywords = tree.instructions.map(({ keyword }) => keyword);
  const lower = keywords.filter((keyword) => keyword === keyword.toLowerCase()).length;
  const upper = keywords.filter((keyword) => keyword === keyword.toUpperCase()).length;
  return lower > upper;
}

/** All of the instruction: the check names the first one only. */
function withoutEmptyLines({ start }: SourceRange, { tree }: LintedFile): Fix | undefined {
  const node = tree.instructions.find(({ extent }) => extent.end.offset > start.offset);
  if (node === undefined) return undefined;
  const empty = physicalLines(tree, node).filter(({ kind }) => kind === 'blank');
  const lines = empty.map(({ range }) => {
    const end = tree.text.indexOf('\n', range.end.offset) + 1 || tree.text.length;
    return replace(tree.source.range(range.start.offset, end), '');
  });
  return safeFix(lines.length === 1 ? 'remove the empty line' : 'remove the empty lines', ...lines);
}

/** Not where quotes or escapes mean something else without the quotes around them. */
function withEqualsSign({ key, value }: KeyValue, { tree }: LintedFile): Fix | undefined {
  const range = { start: key.range.start, end: value.range.end };
  const isOneLine = range.start.line === range.end.line;
  if (!isOneLine || !/^[\w.-]+$/.test(key.text) || /["'\\`#]/.test(value.text)) return undefined;
  if (!sliceOf(tree.text, range).endsWith(value.text) || value.text === '') return undefined;
  const written = /\s/.test(value.text) ? `"${value.text}"` : value.text;
  return safeFix('add the equals sign', replace(range, `${key.text}=${written}`));
}
