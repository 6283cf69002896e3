/** Content digests: sha512-256, Node's fastest secure hash without special instructions. */
import { hash } from 'node:crypto';
import type { ContentDigest } from './entry.ts';

/** The content digest of bytes in memory; of a text, of its UTF-8 bytes. */
export function contentDigest(bytes: Uint8Array | string): ContentDigest {
  return `sha512-256:${hash('sha512-256', bytes, 'hex')}` as ContentDigest;
}
