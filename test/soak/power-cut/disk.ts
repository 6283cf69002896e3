/**
 * A model of a disk: events make numbered inodes and entries of directories, and a power cut keeps some of the changes. What was synced stays;
 * what was not may be there or not, each change for itself.
 */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileEvent } from './write-log.ts';

type Change =
  | {
      readonly kind: 'entry';
      readonly directory: number;
      readonly name: string;
      readonly inode: number | undefined;
      readonly from?: { readonly directory: number; readonly name: string } | undefined;
    }
  | { readonly kind: 'data'; readonly inode: number; readonly at: number; readonly data: Buffer }
  | { readonly kind: 'size'; readonly inode: number; readonly size: number }
  | { readonly kind: 'sync'; readonly inode: number }
  | { readonly kind: 'sync-all' };

interface Sync {
  readonly number: number;
  /** Undefined: of everything. */
  readonly inode: number | undefined;
}

interface Node {
  readonly type: 'file' | 'directory' | 'link';
  mode: number;
  readonly target?: string;
}

/** Decides whether a change that was not synced is on the disk. */
export type Survives = (change: { readonly isData: boolean; readonly number: number }) => boolean;

export class Disk {
  readonly #root: string;
  readonly #nodes: Node[] = [{ type: 'directory', mode: 0o700 }];
  /** Of all changes so far. */
  readonly #entries: Map<string, number>[] = [new Map()];
  readonly #contents: Buffer[] = [Buffer.alloc(0)];
  readonly #positions = new Map<string, number>();
  readonly #changes: Change[] = [];
  #syncs: readonly Sync[] | undefined;
  /** The tree of layers that were made through a mount, which no event shows. */
  readonly #final: (path: string) => string;

  /**
   * @param root directory whose files are modelled
   * @param final where the content of a path of a layer can be read
   */
  constructor(root: string, final: (path: string) => string) {
    this.#root = root;
    this.#final = final;
  }

  /** How many changes there are. */
  get length(): number {
    return this.#changes.length;
  }

  apply(event: FileEvent): void {
    switch (event.kind) {
      case 'open':
        this.#open(event.path, event.truncate, event.mode);
        break;
      case 'write':
        this.#write(event.path, event.fd, event.at, event.data);
        break;
      case 'seek':
        this.#positions.set(event.fd, event.at);
        break;
      case 'copy':
        this.#write(event.path, '', 'next', this.#copied(event.from, event.size));
        break;
      case 'truncate': {
        const inode = this.#find(event.path);
        if (inode !== undefined) this.#resize(inode, event.size);
        break;
      }
      case 'mkdir':
        this.#add(event.path, { type: 'directory', mode: event.mode & 0o755 });
        break;
      case 'symlink':
        this.#add(event.path, { type: 'link', mode: 0o777, target: event.target });
        break;
      case 'link': {
        const inode = this.#find(event.path);
        if (inode !== undefined) this.#enter(event.to, inode);
        break;
      }
      case 'rename':
        this.#rename(event.path, event.to);
        break;
      case 'unlink':
        this.#enter(event.path, undefined);
        break;
      case 'chmod': {
        const inode = this.#find(event.path);
        const node = inode === undefined ? undefined : this.#nodes[inode];
        if (node !== undefined) node.mode = event.mode;
        break;
      }
      case 'sync': {
        const inode = this.#find(event.path);
        if (inode !== undefined) this.#changes.push({ kind: 'sync', inode });
        break;
      }
      case 'sync-all':
        this.#changes.push({ kind: 'sync-all' });
    }
  }

  /**
   * Writes the state after a power cut to a directory.
   * @param length how many changes had been made
   * @returns a text that tells states apart
   */
  write(target: string, length: number, survives: Survives): void {
    const { entries, contents } = this.#after(length, survives);
    mkdirSync(target, { mode: 0o700 });
    this.#writeDirectory(target, 0, { entries, contents, written: new Map() });
  }

  /** A text that tells the states apart that `write` would make. */
  describe(length: number, survives: Survives): string {
    return this.#changes
      .slice(0, length)
      .map((_, number) => (this.#isKept(number, length, survives) ? '1' : '0'))
      .join('');
  }

  #after(length: number, survives: Survives) {
    const entries = this.#nodes.map(() => new Map<string, number>());
    const contents = this.#nodes.map((): Buffer => Buffer.alloc(0));
    for (let number = 0; number < length; number++) {
      if (!this.#isKept(number, length, survives)) continue;
      const change = this.#changes[number];
      if (change?.kind === 'data') {
        const { inode, at, data } = change;
        contents[inode] = patched(contents[inode] ?? Buffer.alloc(0), at, data);
      } else if (change?.kind === 'size') {
        contents[change.inode] = resized(contents[change.inode] ?? Buffer.alloc(0), change.size);
      } else if (change?.kind === 'entry') {
        const { directory, name, inode, from } = change;
        if (from !== undefined) entries[from.directory]?.delete(from.name);
        if (inode === undefined) entries[directory]?.delete(name);
        else entries[directory]?.set(name, inode);
      }
    }
    return { entries, contents };
  }

  /** Whether a later sync, before the power cut, made the change durable, or it survived by chance. */
  #isKept(number: number, length: number, survives: Survives): boolean {
    const change = this.#changes[number];
    if (change === undefined || change.kind === 'sync' || change.kind === 'sync-all') return true;
    const owner = change.kind === 'entry' ? change.directory : change.inode;
    const synced = this.#syncsAfter(number).find(
      (sync) => sync.number < length && (sync.inode === undefined || sync.inode === owner),
    );
    return synced !== undefined || survives({ isData: change.kind !== 'entry', number });
  }

  #syncsAfter(number: number): Sync[] {
    this.#syncs ??= this.#changes.flatMap((change, at): Sync[] => {
      if (change.kind === 'sync') return [{ number: at, inode: change.inode }];
      return change.kind === 'sync-all' ? [{ number: at, inode: undefined }] : [];
    });
    return this.#syncs.filter((sync) => sync.number > number);
  }

  #writeDirectory(
    target: string,
    inode: number,
    state: {
      readonly entries: readonly Map<string, number>[];
      readonly contents: readonly Buffer[];
      readonly written: Map<number, string>;
    },
  ): void {
    for (const [name, child] of state.entries[inode] ?? []) {
      const path = join(target, name);
      const node = this.#nodes[child];
      const earlier = state.written.get(child);
      if (node === undefined) continue;
      if (node.type === 'directory') {
        // A directory that was renamed, and whose old name is still there too, has one of them.
        if (earlier !== undefined) continue;
        state.written.set(child, path);
        mkdirSync(path, { mode: 0o700 });
        this.#writeDirectory(path, child, state);
        chmodSync(path, node.mode);
      } else if (node.type === 'link') {
        symlinkSync(node.target ?? '', path);
      } else if (earlier !== undefined) {
        linkSync(earlier, path);
      } else {
        state.written.set(child, path);
        writeFileSync(path, state.contents[child] ?? '', { mode: node.mode });
      }
    }
  }

  #open(path: string, truncate: boolean, mode: number): void {
    const inode = this.#find(path);
    for (const key of this.#positions.keys()) {
      if (key.endsWith(`<${path}>`)) this.#positions.delete(key);
    }
    if (inode === undefined) this.#add(path, { type: 'file', mode });
    else if (truncate && (this.#contents[inode]?.length ?? 0) > 0) this.#resize(inode, 0);
  }

  #write(path: string, fd: string, at: number | 'next', data: Buffer): void {
    const inode = this.#find(path);
    if (inode === undefined) return;
    const content = this.#contents[inode] ?? Buffer.alloc(0);
    // Files of the store are written from their start, or appended to.
    const position = at === 'next' ? (this.#positions.get(fd) ?? content.length) : at;
    if (at === 'next') this.#positions.set(fd, position + data.length);
    this.#contents[inode] = patched(content, position, data);
    this.#changes.push({ kind: 'data', inode, at: position, data });
  }

  #resize(inode: number, size: number): void {
    this.#contents[inode] = resized(this.#contents[inode] ?? Buffer.alloc(0), size);
    this.#changes.push({ kind: 'size', inode, size });
  }

  #copied(from: string, size: number): Buffer {
    const inode = from.startsWith(this.#root) ? this.#find(from) : undefined;
    const content = inode === undefined ? readFileSync(from) : this.#contents[inode];
    return (content ?? Buffer.alloc(0)).subarray(0, size);
  }

  #add(path: string, node: Node): void {
    if (this.#find(dirname(path)) === undefined) return;
    this.#nodes.push(node);
    this.#entries.push(new Map());
    this.#contents.push(Buffer.alloc(0));
    this.#enter(path, this.#nodes.length - 1);
  }

  #enter(
    path: string,
    inode: number | undefined,
    from?: { directory: number; name: string },
  ): void {
    const directory = this.#find(dirname(path));
    if (directory === undefined) return;
    const name = basename(path);
    const entries = this.#entries[directory];
    if (inode === undefined && entries?.has(name) !== true) return;
    if (inode === undefined) entries?.delete(name);
    else entries?.set(name, inode);
    this.#changes.push({ kind: 'entry', directory, name, inode, from });
  }

  #rename(path: string, to: string): void {
    const inode = this.#find(path);
    const directory = this.#find(dirname(path));
    if (inode === undefined || directory === undefined) return;
    if (this.#nodes[inode]?.type === 'directory') this.#complete(inode, path, to);
    this.#entries[directory]?.delete(basename(path));
    this.#enter(to, inode, { directory, name: basename(path) });
  }

  /** What a step wrote through a mount is in the directory when it gets its name. */
  #complete(inode: number, path: string, to: string): void {
    const source = this.#final(to);
    for (const name of readdirIfThere(source)) {
      const known = this.#entries[inode]?.get(name);
      const stats = lstatSync(join(source, name));
      const target = join(path, name);
      // Other files beside the tree are in the log, or were made later.
      if (known === undefined && !path.includes('/tree')) continue;
      if (stats.isDirectory()) {
        if (known === undefined)
          this.#add(target, { type: 'directory', mode: stats.mode & 0o7777 });
        const child = this.#find(target);
        if (child !== undefined) this.#complete(child, target, join(to, name));
      } else if (known === undefined && stats.isSymbolicLink()) {
        const link = readlinkSync(join(source, name));
        this.#add(target, { type: 'link', mode: 0o777, target: link });
      } else if (known === undefined && stats.isFile()) {
        this.#add(target, { type: 'file', mode: stats.mode & 0o7777 });
        this.#write(target, '', 0, readFileSync(join(source, name)));
      }
    }
  }

  #find(path: string): number | undefined {
    if (path === this.#root) return 0;
    if (!path.startsWith(`${this.#root}/`)) return undefined;
    let inode: number | undefined = 0;
    for (const name of path.slice(this.#root.length + 1).split('/')) {
      inode = inode === undefined ? undefined : this.#entries[inode]?.get(name);
    }
    return inode;
  }
}

function patched(content: Buffer, at: number, data: Buffer): Buffer {
  const found = Buffer.alloc(Math.max(content.length, at + data.length));
  content.copy(found);
  data.copy(found, at);
  return found;
}

function resized(content: Buffer, size: number): Buffer {
  const found = Buffer.alloc(size);
  content.copy(found);
  return found;
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
