import type { AddInstruction, CopyInstruction, Instruction } from '../../dockerfile/index.ts';
import { replace, riskyFix } from '../edits.ts';
import { absolutePath, isDirectoryName } from '../making/image-paths.ts';
import { adviceRule, unquoted } from '../making/make.ts';
import { type PathSet, takenPaths } from '../making/taken-paths.ts';
import { type ContextCopy, copiesWholeContext, isContextCopy } from './context-copies.ts';

export const unusedCopy = adviceRule({
  code: 'UnusedCopy',
  severity: 'info',
  requires: 'something uses the files that COPY brings',
  why: 'What a later COPY overwrites stays in its layer, and is in the image twice; what nothing uses takes the time of the build.',
  check(file, report) {
    const taken = takenPaths(file);
    for (const stage of file.stages) {
      for (const { copy, what, hint } of unusedIn(stage.instructions, taken.get(stage))) {
        report({
          ...{ what, hint, range: copy.node.range, instruction: copy },
          fix: riskyFix('remove the instruction', replace(copy.node.extent, '')),
          savings: file.around.costs?.bytesOf(copy),
        });
      }
    }
  },
});

type AnyCopy = CopyInstruction | AddInstruction;

interface Unused {
  readonly copy: AnyCopy;
  readonly what: string;
  readonly hint: string;
}

/** @param taken by other stages; undefined: not known, or the stage is an image of its own */
function unusedIn(
  instructions: readonly Instruction[],
  taken: PathSet | undefined,
): readonly Unused[] {
  const found: Unused[] = [];
  const later = new LaterCopies();
  let isLast = !instructions.some(startsProgram);
  for (const [one, path] of copiesAndRuns(instructions).toReversed()) {
    if (one.kind !== 'copy' && one.kind !== 'add') {
      later.clear();
      isLast = false;
      continue;
    }
    const again = later.overwriting(one, path);
    if (again !== undefined) {
      const { line } = again.node.range.start;
      found.push({ copy: one, what: `line ${line} copies these files again`, hint: 'remove it' });
    } else if (isLast && taken?.overlaps(path) === false) {
      const what = `no step and no other stage uses '${path}'`;
      const hint = 'remove it, or copy the files in the stage that needs them';
      found.push({ copy: one, what, hint });
    }
    later.add(one, path);
  }
  return found.reverse();
}

/** What may use files, and COPY and ADD, with their destinations; nothing where these depend on variables. */
function copiesAndRuns(
  instructions: readonly Instruction[],
): readonly (readonly [Instruction, string])[] {
  const found: (readonly [Instruction, string])[] = [];
  let workdir = '/';
  for (const one of instructions) {
    if (one.kind === 'workdir') workdir = absolutePath(one.value.text, workdir);
    else if (one.kind === 'run' || one.kind === 'onbuild') found.push([one, '']);
    else if (one.kind === 'copy' || one.kind === 'add') {
      const path = absolutePath(one.destination.text, workdir);
      if ([path, ...one.sources.map(({ text }) => text)].some((text) => text.includes('$')))
        return [];
      found.push([one, path]);
    }
  }
  return found;
}

function startsProgram({ kind }: Instruction): boolean {
  return kind === 'cmd' || kind === 'entrypoint';
}

/** Those that come after, up to the next RUN. */
class LaterCopies {
  /** COPY of the whole context, by directory. */
  readonly #wholes = new Map<string, ContextCopy>();
  /** COPY of one file with a name of its own, by path. */
  readonly #files = new Map<string, ContextCopy>();

  clear(): void {
    this.#wholes.clear();
    this.#files.clear();
  }

  add(copy: AnyCopy, path: string): void {
    if (!isContextCopy(copy) || copy.exclude.length > 0) return;
    if (copy.kind === 'copy' && copy.parents) return;
    if (isDirectoryName(copy) && copiesWholeContext(copy)) this.#wholes.set(path, copy);
    else if (copy.kind === 'copy' && isNamedFile(copy)) this.#files.set(path, copy);
  }

  /** The one that brings the same files to the same place. */
  overwriting(copy: AnyCopy, path: string): ContextCopy | undefined {
    // ADD unpacks archives.
    if (copy.kind === 'add' || copy.parents || copy.files.length > 0) return undefined;
    if (isNamedFile(copy)) return this.#files.get(path);
    const isTop =
      isContextCopy(copy) && isDirectoryName(copy) && copy.sources.every(isFileOfContext);
    return isTop ? this.#wholes.get(path) : undefined;
  }
}

const NO_EXTENSION = /^(?:Gemfile|Makefile|Pipfile|Procfile|Rakefile|gradlew|mvnw|LICENSE)$/;

/** A file at the top of the context, not a directory, as far as its name says. */
function isFileOfContext({ text }: { readonly text: string }): boolean {
  const name = unquoted(text).replace(/^\.?\//, '');
  return /^[\w*@-]+(?:\.[\w*-]+)+$/.test(name) || NO_EXTENSION.test(name);
}

/** One source that becomes a file with a name of its own. */
function isNamedFile({ sources, destination }: AnyCopy): boolean {
  return sources.length === 1 && /[^/.][^/]*\.\w+$/.test(unquoted(destination.text));
}
