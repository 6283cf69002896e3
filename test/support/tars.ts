/** Helpers of this folder's tests. */
import { spawnSync } from 'node:child_process';
import { encodeHeader } from '../../src/archive/encode.ts';
import { END_OF_ARCHIVE, padding, type TarHeader } from '../../src/archive/header.ts';
import { readTar, type TarMember } from '../../src/archive/read.ts';

/** A header with defaults for irrelevant fields. */
export function header(fields: Partial<TarHeader> & { path: string }): TarHeader {
  return { type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0, ...fields };
}

export interface Packed {
  readonly header: TarHeader;
  readonly content?: Uint8Array | undefined;
}

/** A whole archive. */
export function pack(members: readonly Packed[]): Buffer {
  const parts = members.flatMap(({ header: each, content = Buffer.alloc(0) }) => [
    encodeHeader({ ...each, size: content.length }),
    content,
    Buffer.alloc(padding(content.length)),
  ]);
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

export function chunked(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size)
    chunks.push(bytes.subarray(start, start + size));
  return chunks;
}

/** A source that reuses one buffer for all chunks, as it may. */
export async function* lent(
  bytes: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(size);
  for (const chunk of chunked(bytes, size)) {
    buffer.fill(0xee);
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
  }
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

export interface Unpacked extends Omit<TarMember, 'content'> {
  readonly content: Buffer;
}

export async function unpack(bytes: Uint8Array, chunkSize = 64 * 1024): Promise<Unpacked[]> {
  const members: Unpacked[] = [];
  for await (const member of readTar(lent(bytes, chunkSize))) {
    members.push({ ...member, content: await collect(member.content) });
  }
  return members;
}

/** Runs GNU tar (or another program) and returns its stdout. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; input?: Uint8Array },
): Buffer {
  const result = spawnSync(program, args, { ...options, maxBuffer: 1 << 28 });
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${result.stderr?.toString()}`);
  return result.stdout;
}
