import type { AddInstruction } from '../../dockerfile/index.ts';
import { replace, safeFix } from '../edits.ts';
import { isArchive } from '../making/archives.ts';
import { instructionRule, unquoted } from '../making/make.ts';

export const dl3020 = instructionRule(
  {
    code: 'DL3020',
    severity: 'error',
    requires: 'COPY brings files and directories of the context',
    why: 'ADD also downloads and unpacks, depending on what the source looks like; COPY does what its name says.',
  },
  'add',
  (instruction) => {
    const plain = instruction.sources.filter(({ text }) => !isSpecial(text));
    const [first] = plain;
    if (first === undefined) return undefined;
    return {
      what: `ADD brings '${first.text}', which COPY can bring`,
      hint: 'use COPY; ADD is for archives to unpack and for URLs',
      range: instruction.node.keywordRange,
      fix: canBeCopy(instruction)
        ? safeFix('use COPY', replace(instruction.node.keywordRange, copyAs(instruction)))
        : undefined,
    };
  },
);

function isSpecial(source: string): boolean {
  return isArchive(source) || /^https?:\/\//.test(unquoted(source));
}

/** COPY has neither the flags nor the abilities of ADD. */
function canBeCopy({ sources, node }: AddInstruction): boolean {
  const hasOwnFlag = node.flags.some(({ name }) =>
    ['checksum', 'keep-git-dir', 'unpack'].includes(name),
  );
  return !hasOwnFlag && sources.every(({ text }) => !isSpecial(text) && !/[:$]/.test(text));
}

function copyAs({ node }: AddInstruction): string {
  return node.keyword === node.keyword.toLowerCase() ? 'copy' : 'COPY';
}
