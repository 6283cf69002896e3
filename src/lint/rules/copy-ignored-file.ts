import { type IgnoreFile, IgnoreMatcher } from '../../context/index.ts';
import type { Instruction, Word } from '../../dockerfile/index.ts';
import type { LintFile, Rule } from '../rule.ts';

/** Patterns that exclude the whole context. */
const EVERYTHING = new Set(['*', '**', '**/*']);

export const copyIgnoredFile: Rule = {
  name: 'CopyIgnoredFile',
  description: 'COPY and ADD do not name files that the ignore file excludes',
  check(file, report) {
    const copies = file.stages.flatMap(({ steps }) => steps).flatMap(sourcesOf(file));
    if (copies.length === 0) return;
    const ignore = file.facts.ignoreFile();
    if (ignore === undefined || ignore.patterns.length === 0) return;
    // Exceptions require a look at the files.
    if (ignore.patterns.some(({ pattern }) => pattern.startsWith('!'))) return;
    const hiding = hiddenBy(ignore);
    for (const { instruction, word, path } of copies) {
      const line = hiding(path);
      if (line === undefined) continue;
      report({
        message: `${ignore.file} excludes '${word.text}' from ${instruction.kind.toUpperCase()}`,
        hint: `see line ${line} of ${ignore.file}`,
        range: word.range,
        instruction,
      });
    }
  },
};

interface CopiedPath {
  readonly instruction: Instruction;
  readonly word: Word;
  readonly path: string;
}

function sourcesOf({ textOf }: LintFile) {
  return ({ instruction }: { readonly instruction: Instruction }): readonly CopiedPath[] => {
    if (instruction.kind !== 'copy' && instruction.kind !== 'add') return [];
    if (instruction.kind === 'copy' && instruction.from !== undefined) return [];
    return instruction.sources.flatMap((word) => {
      const path = textOf(word);
      if (path === undefined || isRemote(path)) return [];
      return [{ instruction, word, path: cleanPath(path) }];
    });
  };
}

/** The line that hides a path. */
function hiddenBy(ignore: IgnoreFile): (path: string) => number | undefined {
  const matcher = new IgnoreMatcher(ignore);
  return (path) => {
    if (path !== '') return matcher.hiddenBy(Buffer.from(path, 'utf8').toString('latin1'))?.line;
    return ignore.patterns.find(({ pattern }) => EVERYTHING.has(pattern))?.line;
  };
}

function isRemote(path: string): boolean {
  return /^[a-z]+:\/\/|^git@/.test(path);
}

/** Relative to the context, normalised; empty for the context itself. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
