/** The text of the Dockerfile as a record keeps it: line for line, without secrets. */
import {
  type Instruction,
  type SyntaxTree,
  sliceOf,
  soundsSecret,
} from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { Definition } from '../definition/definition.ts';
import type { HiddenValues } from './hidden-values.ts';

/** Characters. Dockerfiles that people write are far smaller. */
const LONGEST = 128 * 1024;

/** @returns null where the text is too long, or masking would change its lines */
export function dockerfileText(
  { tree, instructions }: Pick<Definition, 'tree' | 'instructions'>,
  hidden: HiddenValues,
): string | null {
  const { text } = tree;
  if (text.length > LONGEST) return null;
  const ranges = instructions
    .flatMap((instruction) => secretRanges(instruction, tree))
    .sort((a, b) => b.start.offset - a.start.offset);
  let masked = text;
  for (const { start, end } of ranges) {
    const value = masked.slice(start.offset, end.offset);
    masked = `${masked.slice(0, start.offset)}${maskedValue(value)}${masked.slice(end.offset)}`;
  }
  masked = hidden.text(masked);
  return linesOf(masked) === linesOf(text) ? masked : null;
}

function secretRanges(
  instruction: Instruction,
  tree: SyntaxTree,
): readonly Pick<SourceRange, 'start' | 'end'>[] {
  switch (instruction.kind) {
    case 'arg':
      return instruction.args.flatMap(({ name, value }) =>
        value !== undefined && isSecret(name.text, value.text) ? value.range : [],
      );
    case 'env':
      return instruction.pairs.flatMap(({ key, value }) =>
        isSecret(key.text, value.text) ? value.range : [],
      );
    case 'onbuild': {
      const { range } = instruction.node;
      const pairs = sliceOf(tree.text, range).matchAll(/\b(\w+)[= ]\s*(\S+)/g);
      return [...pairs].flatMap(({ 0: pair, 1: name = '', 2: value = '', index }) => {
        if (!isSecret(name, value)) return [];
        const offset = range.start.offset + index + pair.length;
        return {
          start: { ...range.start, offset: offset - value.length },
          end: { ...range.end, offset },
        };
      });
    }
    default:
      return [];
  }
}

/** A reference to a variable tells nothing. */
function isSecret(name: string, value: string): boolean {
  return soundsSecret(name) && value !== '' && !/^\$\{?\w+\}?$/.test(value);
}

/** Line breaks and what continues lines stay. */
function maskedValue(value: string): string {
  return value.replace(/[^\s\\]+/g, 'xxxxx');
}

function linesOf(text: string): number {
  return text.split('\n').length;
}
