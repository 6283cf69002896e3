/** Finds files of a stage with the name that a COPY did not find. */
import { type BytePath, baseName, type FileTree, pathParts, toText } from '../../files/index.ts';

export interface StageFiles {
  readonly whole: FileTree;
  /** Layer by layer: most often the newest files are meant. */
  readonly newestFirst: readonly FileTree[];
}

/** A name with more matches (`index.js`) is too common for a hint. */
const MOST_MATCHES = 20;

/**
 * @param wanted the missing path
 * @returns the stage's file, for a hint: `the file /out/app.txt`
 */
export function sameName(wanted: BytePath, files: StageFiles): string | undefined {
  const name = baseName(wanted);
  const found = pathsNamed(name, files);
  if (found.length === 0 || found.length > MOST_MATCHES) return undefined;
  const best = found.reduce((a, b) => (sharedEnd(b, wanted) > sharedEnd(a, wanted) ? b : a));
  const others = found.length - 1;
  const more = others === 0 ? '' : `, and ${others} more of that name`;
  const kind = files.whole.lookup(best)?.type === 'directory' ? 'directory' : 'file';
  return `the ${kind} /${toText(best)}${more}`;
}

/** Newest layer first, and in a layer those closest to the root. */
function pathsNamed(name: BytePath, { whole, newestFirst }: StageFiles): readonly BytePath[] {
  const found = new Set<BytePath>();
  for (const tree of newestFirst) {
    let level: readonly BytePath[] = [''];
    while (level.length > 0) {
      const entries = level.flatMap((directory) => tree.list(directory));
      for (const { path } of entries) {
        if (baseName(path) === name && whole.lookup(path) !== undefined) found.add(path);
      }
      level = entries.filter(({ type }) => type === 'directory').map(({ path }) => path);
    }
  }
  return [...found];
}

/** How many parts at their ends two paths share: `a/src/main.c` and `b/src/main.c` share two. */
function sharedEnd(a: BytePath, b: BytePath): number {
  const [one, other] = [pathParts(a).reverse(), pathParts(b).reverse()];
  const differs = one.findIndex((part, index) => part !== other[index]);
  return differs < 0 ? one.length : differs;
}
