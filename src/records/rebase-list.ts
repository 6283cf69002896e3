/**
 * Lists are kept once for each content, with the paths of the instruction that had it first. Before they are compared, they get the
 * paths of the instruction that they are compared for.
 */
import { joinPath } from '../files/index.ts';
import type { ListedFile } from './file-list.ts';

const PATTERN = /[*?[\\]/;

/**
 * @param list undefined where it was not kept
 * @param sources paths of the instruction, separated by spaces, as they are recorded
 * @returns the list itself where it cannot be told which path is which
 */
export function rebasedList(
  list: readonly ListedFile[] | undefined,
  sources: string,
): readonly ListedFile[] | undefined {
  if (list === undefined || PATTERN.test(sources)) return list;
  const roots = rootsOf(list);
  const names = sources.split(' ').map(cleaned);
  return roots.length === names.length ? withRoots(list, roots, names) : list;
}

/** For sources that are patterns: roots that are none of the other list's are the same ones, in their order. */
export function alignedLists(
  before: readonly ListedFile[],
  after: readonly ListedFile[],
): readonly ListedFile[] {
  const [roots, names] = [rootsOf(before), rootsOf(after)];
  if (roots.length !== names.length || roots.some((root) => names.includes(root))) return before;
  return withRoots(before, roots, names);
}

function rootsOf(list: readonly ListedFile[]): readonly string[] {
  return [...new Set(list.flatMap(({ root }) => root ?? []))];
}

function withRoots(
  list: readonly ListedFile[],
  roots: readonly string[],
  names: readonly string[],
): readonly ListedFile[] {
  const named = new Map(roots.map((root, index) => [root, names[index] ?? root]));
  return list.map((file) => {
    const { path, root = '' } = file;
    const name = named.get(root);
    if (name === undefined) return file;
    const below = root === '' ? path : path.slice(root.length + 1);
    return { ...file, root: name, path: below === '' ? name : joinPath(name, below) };
  });
}

function cleaned(source: string): string {
  const parts = Buffer.from(source).toString('latin1').split('/');
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}
