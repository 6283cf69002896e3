/** What the kernel opens to start a program, which no trace shows: its loader, or the interpreter of a script. */
import type { BytePath, FileEntry } from '../files/index.ts';
import { isElf, segmentsOf } from './elf.ts';
import { entriesOnTheWay, type ImageTree } from './image-tree.ts';

export interface ReadableTree extends ImageTree {
  /** The bytes of a regular file. */
  read(path: BytePath): AsyncIterable<Uint8Array>;
}

/** A loader's name is near the headers. */
const HEAD = 4096;

/** The loaders and interpreters of programs, and their own. @param programs absolute paths */
export async function interpretersOf(
  tree: ReadableTree,
  programs: Iterable<BytePath>,
): Promise<ReadonlySet<BytePath>> {
  const found = new Set<BytePath>();
  const open = [...programs];
  const seen = new Set<BytePath>();
  for (let program = open.pop(); program !== undefined; program = open.pop()) {
    const file: FileEntry | undefined = entriesOnTheWay(tree, program).at(-1);
    if (file?.type !== 'file' || seen.has(file.path)) continue;
    seen.add(file.path);
    for (const interpreter of interpretersIn(await headOf(tree, file.path), tree)) {
      found.add(interpreter);
      open.push(interpreter);
    }
  }
  return found;
}

/** Those of the programs that are no scripts, resolved. @param programs absolute paths */
export async function compiledPrograms(
  tree: ReadableTree,
  programs: Iterable<BytePath>,
): Promise<ReadonlySet<BytePath>> {
  const compiled = new Set<BytePath>();
  for (const program of programs) {
    const file = entriesOnTheWay(tree, program).at(-1);
    if (file?.type !== 'file' || compiled.has(file.path)) continue;
    if (isElf(await headOf(tree, file.path))) compiled.add(file.path);
  }
  return compiled;
}

async function headOf(tree: ReadableTree, path: BytePath): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of tree.read(path)) {
    pieces.push(piece);
    size += piece.length;
    if (size >= HEAD) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD);
}

/** Where `env` looks for programs, as images have it in PATH. */
const SEARCHED = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];

/** The program in the first line of a script, with the one that `env` finds, or the loader in the headers of an ELF file. */
export function interpretersIn(head: Buffer, tree: ImageTree): readonly BytePath[] {
  const line = /^#![ \t]*(\S+)(?:[ \t]+(?:-S[ \t]*)?([\w.+-]+))?/.exec(
    head.toString('latin1', 0, 256),
  );
  if (line === null) return loaderIn(head);
  const [, program = '', name] = line;
  if (!program.endsWith('/env') || name === undefined) return [program];
  const found = SEARCHED.map((directory) => `/${directory}/${name}`).find(
    (path) => entriesOnTheWay(tree, path).at(-1)?.type === 'file',
  );
  return found === undefined ? [program] : [program, found];
}

const PT_INTERP = 3;

/** System V ABI, program headers of ELF files. */
function loaderIn(head: Buffer): readonly BytePath[] {
  const segment = segmentsOf(head).find(({ type }) => type === PT_INTERP);
  if (segment === undefined) return [];
  const { offset, bytes } = segment;
  return [head.toString('latin1', offset, offset + bytes).replace(/\0.*$/s, '')];
}
