/**
 * The shared libraries of programs and plugins that no test has loaded: where a whole library of an interpreter is kept,
 * the test rarely loads all of its compiled modules.
 */
import { type BytePath, parentPath } from '../files/index.ts';
import { dynamicSection, isElf } from './elf.ts';
import { entriesOnTheWay } from './image-tree.ts';
import type { ReadableTree } from './interpreters.ts';

/** As the loaders of the C libraries. */
const STANDARD = ['lib', 'usr/lib', 'lib64', 'usr/lib64', 'usr/local/lib'];

/**
 * @param files paths of the files to look into, resolved; others than libraries and programs are not read
 * @returns the libraries that these files and their libraries name, as absolute paths that may contain links
 */
export async function sharedLibraries(
  tree: ReadableTree,
  files: Iterable<BytePath>,
): Promise<ReadonlySet<BytePath>> {
  const standard = standardDirectories(tree);
  const found = new Set<BytePath>();
  const open = [...files];
  const seen = new Set<BytePath>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file) || !mayBeElf(tree, file)) continue;
    seen.add(file);
    const section = dynamicSection(await contentOf(tree, file));
    const searched = section?.searched.map((text) => withOrigin(text, file)) ?? [];
    for (const name of section?.needed ?? []) {
      const path = pathOf(tree, name, [...searched, ...standard]);
      if (path === undefined) continue;
      found.add(`/${path.named}`);
      open.push(path.file);
    }
  }
  return found;
}

/** Libraries are in a directory of the platform, too: `usr/lib/x86_64-linux-gnu`. */
function standardDirectories(tree: ReadableTree): readonly BytePath[] {
  const ofPlatform = STANDARD.flatMap((directory) => {
    const end = entriesOnTheWay(tree, directory).at(-1)?.path ?? directory;
    return tree.list(end).map(({ path }) => path);
  });
  return [...ofPlatform.filter((path) => /-linux-\w+$/.test(path)), ...STANDARD];
}

function mayBeElf(tree: ReadableTree, file: BytePath): boolean {
  const entry = tree.lookup(file);
  if (entry?.type !== 'file') return false;
  return /\.so(?:\.[\w.]+)?$|\.node$/.test(file) || (entry.mode & 0o111) !== 0;
}

async function contentOf(tree: ReadableTree, file: BytePath): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of tree.read(file)) {
    // Scripts may be long.
    if (pieces.length === 0 && !isElf(Buffer.from(piece))) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function withOrigin(text: string, file: BytePath): BytePath {
  return text.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, `/${parentPath(file)}`);
}

function pathOf(tree: ReadableTree, name: string, directories: readonly BytePath[]) {
  const candidates = name.includes('/') ? [name] : directories.map((one) => `${one}/${name}`);
  for (const candidate of candidates) {
    const named = candidate.replace(/^\/+/, '');
    const file = entriesOnTheWay(tree, named).at(-1);
    if (file?.type === 'file') return { named, file: file.path };
  }
  return undefined;
}
