/**
 * Sends a tree of files to the daemon, which asks for the contents it lacks. Metadata goes first, in the order of a
 * walk; the position in it is a file's number.
 * https://github.com/tonistiigi/fsutil/blob/master/receive.go
 */
import { closeSync, readSync } from 'node:fs';
import type { BytePath, FileEntry, FileTree } from '../../files/index.ts';
import type { Message } from '../../grpc/index.ts';
import { GRPC, GrpcError, type Handler, type ServerCall, streaming } from '../../grpc/index.ts';
import { hasErrorCode, openContent } from '../../system/index.ts';
import { fileSync, PACKET, type Packet } from '../wire/session.ts';
import { StatBatch } from './stat-batch.ts';

type PacketFields = typeof Packet extends Message<infer F> ? F : never;

/** What is sent of a directory. */
export interface SentTree {
  readonly tree: FileTree;
  /** Whether a file or directory is sent; parents of sent files must be. */
  readonly includes: (entry: FileEntry) => boolean;
}

/** What the daemon lacked. */
export interface SentFiles {
  readonly files: number;
  /** Of their contents. */
  readonly bytes: number;
}

export interface FileSyncOptions {
  /**
   * The directory of this name; undefined: there is none.
   * @param followed the paths that the daemon asks for, separated by commas; empty: all
   */
  readonly treeOf: (name: string, followed: string) => SentTree | undefined;
  /** Sends a directory: a place to show it. @param followed as for `treeOf` */
  readonly sending: (
    name: string,
    send: () => Promise<SentFiles>,
    followed: string,
  ) => Promise<void>;
}

const CHUNK = 256 << 10;

interface Walk {
  /** The first path of each file with several. */
  readonly groups: Map<number, BytePath>;
  readonly batch: StatBatch;
}

export function fileSyncHandler({ treeOf, sending }: FileSyncOptions): Handler {
  return streaming(fileSync, async (call) => {
    const name = String(call.metadata['dir-name'] ?? '');
    const followed = String(call.metadata.followpaths ?? '');
    const sent = treeOf(name, followed);
    if (sent === undefined) {
      throw new GrpcError(GRPC.notFound, `no access allowed to dir "${name}"`);
    }
    await sending(name, () => new FileSender(sent, call).send(), followed);
  });
}

class FileSender {
  readonly #sent: SentTree;
  readonly #call: ServerCall<PacketFields, PacketFields>;
  /** Files by their numbers, until they are asked for. */
  readonly #files = new Map<number, FileEntry>();
  readonly #buffer = Buffer.allocUnsafe(CHUNK);
  #count = 0;
  #asked = 0;
  #bytes = 0;

  constructor(sent: SentTree, call: ServerCall<PacketFields, PacketFields>) {
    this.#sent = sent;
    this.#call = call;
  }

  async send(): Promise<SentFiles> {
    const walking = this.#walk();
    walking.catch(() => undefined);
    try {
      for await (const { type, id, data } of this.#call.requests()) {
        if (type === PACKET.error) throw new GrpcError(GRPC.unknown, Buffer.from(data).toString());
        if (type === PACKET.end) break;
        if (type === PACKET.request) await this.#content(id);
      }
      await walking;
    } catch (error) {
      const data = Buffer.from(error instanceof Error ? error.message : String(error));
      await this.#call.send({ type: PACKET.error, data }).catch(() => undefined);
      throw error;
    }
    await this.#call.send({ type: PACKET.end });
    return { files: this.#asked, bytes: this.#bytes };
  }

  async #walk(): Promise<void> {
    const groups = new Map<number, BytePath>();
    const batch = new StatBatch();
    await this.#directory('', { groups, batch });
    await this.#call.sendFramed(batch.take());
    await this.#call.send({ type: PACKET.stat });
  }

  async #directory(path: BytePath, walk: Walk): Promise<void> {
    const { groups, batch } = walk;
    const { tree, includes } = this.#sent;
    for (const listed of tree.list(path)) {
      if (!includes(listed)) continue;
      const entry = tree.complete?.(listed) ?? listed;
      // A symlink is sent with its own target: it would become a link to the other path.
      const group = entry.type === 'symlink' ? undefined : entry.linkGroup;
      const first = group === undefined ? undefined : groups.get(group);
      if (group !== undefined && first === undefined) groups.set(group, entry.path);
      const id = this.#count++;
      if (entry.type === 'file') this.#files.set(id, entry);
      batch.add(entry, first);
      if (batch.isFull) await this.#call.sendFramed(batch.take());
      if (entry.type === 'directory') await this.#directory(entry.path, walk);
    }
  }

  /** A file that has gone since the walk is empty, as in BuildKit. */
  async #content(id: number): Promise<void> {
    const entry = this.#files.get(id);
    if (entry === undefined) throw new GrpcError(GRPC.invalidArgument, `no file has number ${id}`);
    this.#files.delete(id);
    this.#asked++;
    const descriptor = this.#open(entry);
    try {
      while (descriptor !== undefined) {
        const length = readSync(descriptor, this.#buffer, 0, CHUNK, null);
        if (length === 0) break;
        this.#bytes += length;
        await this.#call.send({ type: PACKET.data, id, data: this.#buffer.subarray(0, length) });
      }
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    await this.#call.send({ type: PACKET.data, id });
  }

  #open(entry: FileEntry): number | undefined {
    try {
      return openContent(this.#sent.tree.content(entry));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}
