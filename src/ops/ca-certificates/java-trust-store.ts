/** Java's own key store format (JKS), with trusted certificates only: every Java since 1.2 detects and reads it. */
import { createHash } from 'node:crypto';
import { type Certificate, idOf } from './pem.ts';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
const HEADER_LENGTH = 12;
const CHECKSUM_LENGTH = 20;
const PASSWORD = 'changeit';
/** A constant that the format mixes into its checksum. */
const SALT = 'Mighty Aphrodite';

/** @returns the file; Java's usual password `changeit` verifies it */
export function javaTrustStore(certificates: readonly Certificate[]): Buffer {
  const entries = certificates.flatMap(({ der, id }) => [
    number32(TRUSTED_CERTIFICATE),
    shortText(id),
    // The date it was added; fixed, so that the same input gives the same file.
    Buffer.alloc(8),
    shortText('X.509'),
    number32(der.length),
    der,
  ]);
  return sealed(Buffer.concat([header(certificates.length), ...entries]));
}

/**
 * Removes trusted certificates from a store; everything else stays as it is.
 *
 * @returns undefined if it is not such a store, has keys in it, or another password
 */
export function withoutTrusted(
  store: Buffer,
  isUnwanted: (id: string) => boolean,
): Buffer | undefined {
  const body = store.subarray(0, Math.max(0, store.length - CHECKSUM_LENGTH));
  if (body.length < HEADER_LENGTH || !sealed(body).equals(store)) return undefined;
  if (!body.subarray(0, 8).equals(header(0).subarray(0, 8))) return undefined;
  const count = body.readUInt32BE(8);
  const kept: Buffer[] = [];
  let at = HEADER_LENGTH;
  try {
    for (let index = 0; index < count; index++) {
      if (body.readUInt32BE(at) !== TRUSTED_CERTIFICATE) return undefined;
      const type = at + 6 + body.readUInt16BE(at + 4) + 8;
      const length = type + 2 + body.readUInt16BE(type);
      const end = length + 4 + body.readUInt32BE(length);
      if (!isUnwanted(idOf(body.subarray(length + 4, end)))) kept.push(body.subarray(at, end));
      at = end;
    }
  } catch {
    return undefined;
  }
  if (at !== body.length) return undefined;
  return sealed(Buffer.concat([header(kept.length), ...kept]));
}

function header(count: number): Buffer {
  return Buffer.concat([number32(MAGIC), number32(VERSION), number32(count)]);
}

/** The store with its checksum, which the password is part of. */
function sealed(body: Buffer): Buffer {
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
