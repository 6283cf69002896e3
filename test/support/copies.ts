/** For tests: directories made from an object, and the results of a COPY of them. */
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type ContextTree, openContext, parseDockerignore } from '../../src/context/index.ts';
import type { FileEntry, FileTree } from '../../src/files/index.ts';
import {
  type CopyOp,
  copySelection,
  plainCopy,
  sourcesBefore,
  type TreeSource,
} from '../../src/graph/index.ts';
import { type LayerEntry, LayerWriter, readIndex, TAR_FILE } from '../../src/layers/index.ts';
import {
  type CopyResult,
  copyFiles,
  type SelectedFiles,
  selectFiles,
  selectInline,
  selectionDigest,
} from '../../src/ops/index.ts';

/** Content of a file, or more about it; `{}` is a directory. */
export type FileSpec =
  | string
  | {
      readonly content?: string;
      readonly link?: string;
      readonly hardLink?: string;
      readonly mode?: number;
      readonly owner?: number;
      readonly mtime?: number;
    };

export type Files = Readonly<Record<string, FileSpec>>;

/** Milliseconds: the default time. */
export const NOW = 1_700_000_000_000;

const TIME = 1_000_000;

/** A directory for one test. */
export class Scratch {
  readonly directory = mkdtempSync(join(tmpdir(), 'lamina-ops-'));
  #count = 0;

  /** A new directory with these files, all of time 1,000,000, as a tree. */
  tree(files: Files, ignore = ''): ContextTree {
    const directory = this.path();
    mkdirSync(directory, { mode: 0o755 });
    for (const [path, spec] of Object.entries(files)) makeFile(directory, path, spec);
    for (const [path, spec] of Object.entries(files).reverse()) {
      const mtime = typeof spec === 'string' ? undefined : spec.mtime;
      lutimesSync(hostPath(directory, path), mtime ?? TIME, mtime ?? TIME);
    }
    return openContext({ directory, ignore: parseDockerignore(ignore) });
  }

  path(): string {
    return join(this.directory, String(++this.#count));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** A scratch directory for each test of the file. */
export function scratchForEach(): () => Scratch {
  let scratch: Scratch | undefined;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch?.remove());
  return () => {
    if (scratch === undefined) throw new Error('no test is running');
    return scratch;
  };
}

function hostPath(directory: string, path: string): Buffer {
  return Buffer.from(join(directory, path), 'latin1');
}

function makeFile(directory: string, path: string, spec: FileSpec): void {
  const host = hostPath(directory, path);
  mkdirSync(hostPath(directory, dirname(path)), { recursive: true, mode: 0o755 });
  const file = typeof spec === 'string' ? { content: spec } : spec;
  if (file.link !== undefined) symlinkSync(Buffer.from(file.link, 'latin1'), host);
  else if (file.hardLink !== undefined) linkSync(hostPath(directory, file.hardLink), host);
  else if (file.content !== undefined) writeFileSync(host, file.content);
  else mkdirSync(host, { recursive: true });
  if (file.owner !== undefined) chownSync(host, file.owner, file.owner);
  // After chown, which clears set-id bits.
  if (file.mode !== undefined) chmodSync(host, file.mode);
}

export type CopyChange = Partial<CopyOp & Pick<TreeSource, 'paths' | 'unpack' | 'isLocal'>>;

/** A COPY of `.` to `/`, with changes. */
export function copyOp(change: CopyChange): CopyOp {
  const { paths = ['.'], unpack = false, isLocal = false, ...rest } = change;
  return {
    ...plainCopy('.', '/'),
    sources: [{ kind: 'tree', input: 1, paths, unpack, isLocal }],
    ...rest,
  };
}

/** The selection of a copy, all from one tree. */
export function selectAll(
  op: CopyOp,
  source: FileTree | undefined,
): Promise<readonly SelectedFiles[]> {
  return Promise.all(
    op.sources.map((one) => {
      const before = sourcesBefore(op, one);
      if (one.kind === 'inline') return selectInline(one, { mode: op.mode, now: NOW, before });
      if (source === undefined) throw new Error('no tree to copy from');
      return selectFiles(source, copySelection(op, one), { before });
    }),
  );
}

/** The content digest in the key of a copy of one source. */
export async function copyDigest(op: CopyOp, source: FileTree): Promise<string> {
  const [selected] = await selectAll(op, source);
  if (selected === undefined) throw new Error('no source');
  return selectionDigest(selected);
}

export interface Copied extends CopyResult {
  readonly entries: readonly LayerEntry[];
  /** Of the first source, as copied. */
  readonly contentDigest: string | undefined;
  /** One line for each entry: path, type and content; mode and owner if unusual. */
  readonly lines: readonly string[];
}

/** Runs a copy with a real layer writer. */
export async function runCopy(
  scratch: Scratch,
  op: CopyOp,
  inputs: { readonly source?: ContextTree | undefined; readonly base?: ContextTree | undefined },
): Promise<Copied> {
  const directory = scratch.path();
  mkdirSync(directory);
  using writer = LayerWriter.create(directory);
  let entries: readonly LayerEntry[] = [];
  const selected = await selectAll(op, inputs.source);
  const result = await copyFiles(op, {
    selected,
    base: inputs.base,
    now: NOW,
    temporaryDirectory: scratch.directory,
    writer: {
      addAll: (items, options) => writer.addAll(items, options),
      finish: () => {
        const layer = writer.finish();
        entries = readIndex(directory).entries;
        return layer;
      },
    },
  });
  const read = result.copied;
  const contentDigest = selected[0] && (await selectionDigest(selected[0], { read }));
  const tar = openSync(join(directory, TAR_FILE), 'r');
  const lines = entries.map((entry) => describeEntry(entry, tar));
  return { ...result, contentDigest, entries, lines };
}

function describeEntry(entry: LayerEntry, tar: number): string {
  if (entry.kind === 'whiteout') return `${entry.path} whiteout`;
  return `${entry.path}${describeType(entry, tar)}${describeMetadata(entry)}`;
}

function describeType(entry: FileEntry & { tarOffset?: number | undefined }, tar: number): string {
  if (entry.type === 'directory') return '/';
  if (entry.type === 'symlink') return ` -> ${entry.linkTarget}`;
  if (entry.type !== 'file') return ` ${entry.type}`;
  const buffer = Buffer.alloc(entry.size);
  readSync(tar, buffer, 0, entry.size, entry.tarOffset ?? 0);
  return `=${buffer.toString()}`;
}

/** Files of mode 0644, directories of mode 0755, owner 0:0 are usual. */
function describeMetadata(entry: FileEntry): string {
  const usual = entry.type === 'directory' ? 0o755 : entry.type === 'symlink' ? 0o777 : 0o644;
  const mode = entry.mode === usual ? '' : ` ${entry.mode.toString(8)}`;
  const owner = entry.uid === 0 && entry.gid === 0 ? '' : ` ${entry.uid}:${entry.gid}`;
  return `${mode}${owner}`;
}
