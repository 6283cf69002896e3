/** The words of an instruction that are subject to variable expansion. */
import type { Instruction, Word } from '../../dockerfile/index.ts';

export interface ExpandedWord {
  readonly word: Word;
  readonly form?: 'word' | 'words' | 'heredoc';
}

/** All words except those of ARG, which see each other. */
export function wordsOf(instruction: Instruction): readonly ExpandedWord[] {
  switch (instruction.kind) {
    case 'add':
    case 'copy': {
      const { sources, destination, chown, chmod, files } = instruction;
      const checksum = instruction.kind === 'add' ? instruction.checksum : undefined;
      const bodies = files
        .filter(({ expand }) => expand)
        .map(({ heredoc, content }): ExpandedWord => {
          return { word: { text: content, range: heredoc.bodyRange }, form: 'heredoc' };
        });
      return [...definedWords([...sources, destination, chown, chmod, checksum]), ...bodies];
    }
    case 'env':
    case 'label':
      return definedWords(instruction.pairs.flatMap(({ key, value }) => [key, value]));
    case 'user':
    case 'workdir':
    case 'stopsignal':
      return [{ word: instruction.value }];
    case 'volume':
      return definedWords(instruction.paths);
    case 'expose':
      return instruction.ports.map((word) => ({ word, form: 'words' }));
    case 'run':
      return definedWords(
        instruction.mounts.flatMap(({ fields }) =>
          fields.map(({ key, value }) => (key === 'from' ? undefined : value)),
        ),
      );
    default:
      return [];
  }
}

/** The stages or images that an instruction copies or mounts from. */
export function usedImages(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'copy') return instruction.from ? [instruction.from.text] : [];
  if (instruction.kind !== 'run') return [];
  return instruction.mounts.flatMap(({ fields }) =>
    fields.flatMap(({ key, value }) => (key === 'from' && value ? [value.text] : [])),
  );
}

function definedWords(words: readonly (Word | undefined)[]): ExpandedWord[] {
  return words.flatMap((word) => (word === undefined ? [] : [{ word }]));
}
