/** Digests of stored bytes, and the chain IDs made from them. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { ChainId, DiffId, Digest } from './types.ts';

const SHA256 = /^sha256:[0-9a-f]{64}$/;
const ANY_DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** Whether a text is a digest that lamina can verify. */
export function isDigest(text: string): text is Digest {
  return SHA256.test(text);
}

/** @throws AppError DIGEST_INVALID; DIGEST_UNSUPPORTED for another algorithm than sha256 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const shown = JSON.stringify(text.slice(0, 200));
  if (!text.startsWith('sha256:') && ANY_DIGEST.test(text)) {
    throw new AppError(
      'DIGEST_UNSUPPORTED',
      `the algorithm of the digest ${shown} is not supported`,
      {
        expected: 'sha256:<64 hexadecimal digits>',
      },
    );
  }
  const hex = text.slice('sha256:'.length);
  const isUpperCase = text.startsWith('sha256:') && SHA256.test(text.toLowerCase());
  const hint = isUpperCase
    ? 'write the hexadecimal digits in lower case'
    : text.startsWith('sha256:') && /^[0-9a-f]*$/.test(hex)
      ? `it has ${hex.length} hexadecimal digits instead of 64`
      : undefined;
  throw new AppError('DIGEST_INVALID', `invalid digest ${shown}`, {
    hint,
    expected: 'sha256:<64 hexadecimal digits>',
  });
}

/**
 * The digest of an uncompressed layer.
 * @throws AppError as `parseDigest`
 */
export function parseDiffId(text: string): DiffId {
  return parseDigest(text) as DiffId;
}

/** The sha256 digest of bytes; a text counts as UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** The sha256 digest of bytes as they come, for several readers that would each hash them. */
export class RunningDigest {
  readonly #hash = createHash('sha256');
  #size = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Of the bytes so far. */
  get value(): Digest {
    return `sha256:${this.#hash.copy().digest('hex')}` as Digest;
  }

  /** Adds the next bytes. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }
}

/** The 64 hexadecimal digits of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/**
 * For each layer, the digest of it and all layers below it.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#layer-chainid
 * @param diffIds lowest layer first
 */
export function chainIds(diffIds: readonly DiffId[]): ChainId[] {
  const chain: ChainId[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    const id: string = below === undefined ? diffId : digestOf(`${below} ${diffId}`);
    chain.push(id as ChainId);
  }
  return chain;
}
