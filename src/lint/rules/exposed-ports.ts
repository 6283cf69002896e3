import type { Instruction, Word } from '../../dockerfile/index.ts';
import type { LintFile } from '../rule.ts';

export interface ExposedPort {
  readonly instruction: Instruction;
  readonly word: Word;
  /** With variables expanded. */
  readonly port: string;
}

/** The ports of all EXPOSE instructions; one word may expand to several. */
export function exposedPorts({ stages, textOf }: LintFile): readonly ExposedPort[] {
  return stages
    .flatMap(({ steps }) => steps)
    .flatMap(({ instruction }) => {
      if (instruction.kind !== 'expose') return [];
      return instruction.ports.flatMap((word) =>
        (textOf(word) ?? '')
          .split(' ')
          .filter((port) => port !== '')
          .map((port) => ({ instruction, word, port })),
      );
    });
}
