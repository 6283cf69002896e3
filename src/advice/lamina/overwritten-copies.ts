/** Copies whose files a later COPY brings again, with no step in between that could use them. */
import type { Instruction } from '../../dockerfile/index.ts';
import { isDirectoryName } from '../making/image-paths.ts';
import { unquoted } from '../making/make.ts';
import { type ContextCopy, copiesWholeContext, isContextCopy } from './context-copies.ts';
import { type AnyCopy, type CopyStep, isCopy } from './copy-steps.ts';

/** @returns the later copy, by the one that it overwrites */
export function overwrittenCopies(
  steps: readonly CopyStep[],
): ReadonlyMap<Instruction, ContextCopy> {
  const found = new Map<Instruction, ContextCopy>();
  const later = new LaterCopies();
  for (const [one, path] of steps.toReversed()) {
    if (!isCopy(one)) {
      later.clear();
      continue;
    }
    const again = later.overwriting(one, path);
    if (again !== undefined) found.set(one, again);
    later.add(one, path);
  }
  return found;
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
