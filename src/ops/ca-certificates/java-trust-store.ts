/** Java's own key store format (JKS), with trusted certificates only: every Java since 1.2 reads it without being told. */
import { createHash } from 'node:crypto';
import type { Certificate } from './pem.ts';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
const PASSWORD = 'changeit';
/** What the format mixes into its checksum. */
const SALT = 'Mighty Aphrodite';

/** @returns the file; Java's usual password `changeit` verifies it */
export function javaTrustStore(certificates: readonly Certificate[]): Buffer {
  const entries = certificates.flatMap(({ der, id }) => [
    number32(TRUSTED_CERTIFICATE),
    shortText(id),
    // When it was added: the same input gives the same file.
    Buffer.alloc(8),
    shortText('X.509'),
    number32(der.length),
    der,
  ]);
  const body = Buffer.concat([
    number32(MAGIC),
    number32(VERSION),
    number32(certificates.length),
    ...entries,
  ]);
  const password = Buffer.from(PASSWORD, 'utf16le').swap16();
  const checksum = createHash('sha1').update(password).update(SALT).update(body).digest();
  return Buffer.concat([body, checksum]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param text ASCII */
function shortText(text: string): Buffer {
  const bytes = Buffer.from(text, 'ascii');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
