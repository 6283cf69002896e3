/** Looks whether a new layer holds a build secret: somebody copied it out of its mount. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type BytePath, toText } from '../files/index.ts';
import type { LayerEntry } from '../layers/index.ts';

export interface SecretText {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface SecretLeak {
  readonly id: string;
  /** In the image, decoded for people. */
  readonly path: string;
}

export interface ScannedLayer {
  readonly entries: readonly LayerEntry[];
  /** Host directory of the layer's tree. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/** Shorter ones are found everywhere. */
const SHORTEST = 4;
const CHUNK = 1 << 20;

/**
 * Reads the files of a layer, all of them if there is a secret to look for, none else. A secret is found where all
 * of its bytes stand one after the other, whether or not a line break that ends it does.
 */
export async function findSecrets(
  secrets: readonly SecretText[],
  { entries, directory, signal }: ScannedLayer,
): Promise<readonly SecretLeak[]> {
  const wanted = secrets
    .map(({ id, bytes }) => ({ id, bytes: withoutLineEnd(bytes) }))
    .filter(({ bytes }) => bytes.length >= SHORTEST);
  if (wanted.length === 0) return [];
  const leaks: SecretLeak[] = [];
  for (const entry of entries) {
    signal?.throwIfAborted();
    if (entry.kind !== 'entry' || entry.type !== 'file' || entry.size < SHORTEST) continue;
    for (const id of await secretsIn(hostPath(directory, entry.path), wanted)) {
      leaks.push({ id, path: `/${toText(entry.path)}` });
    }
  }
  return leaks;
}

/** `$(cat secret)` takes it away, so it is no part of what is looked for. */
function withoutLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes.subarray(0, end);
}

function hostPath(directory: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')]);
}

/** Reads in pieces that overlap by the length of the longest secret. */
async function secretsIn(path: Buffer, wanted: readonly SecretText[]): Promise<readonly string[]> {
  const longest = Math.max(...wanted.map(({ bytes }) => bytes.length));
  const buffer = Buffer.allocUnsafe(CHUNK + longest);
  const found = new Set<string>();
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let kept = 0; ; ) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK, null);
      if (bytesRead === 0) return [...found];
      const piece = buffer.subarray(0, kept + bytesRead);
      for (const { id, bytes } of wanted) if (piece.includes(bytes)) found.add(id);
      kept = Math.min(longest - 1, piece.length);
      buffer.copy(buffer, 0, piece.length - kept, piece.length);
    }
  } finally {
    await file.close();
    // What was read may hold the secret: it is not left to whoever gets this memory next.
    buffer.fill(0);
  }
}
