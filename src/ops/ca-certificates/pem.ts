/** Certificates in their text form. Texts are bytes in latin1 strings, so that comments in any encoding survive. */
import { createHash, X509Certificate } from 'node:crypto';

export interface Certificate {
  readonly der: Buffer;
  /** SHA-256 of the DER form, hex. */
  readonly id: string;
}

const BLOCK =
  /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----[ \t]*\r?\n?/g;

/** The certificates of a PEM text in order, each once; anything else is skipped. */
export function parseCertificates(text: string): readonly Certificate[] {
  const found = new Map<string, Certificate>();
  for (const [, body = ''] of text.matchAll(BLOCK)) {
    const der = Buffer.from(body, 'base64');
    const id = idOf(der);
    if (!found.has(id) && isCertificate(der)) found.set(id, { der, id });
  }
  return [...found.values()];
}

export function toPem({ der }: Certificate): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `${['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n')}\n`;
}

/**
 * Removes certificates from a PEM text; all other bytes stay.
 * @param once keep the first of each of these
 */
export function withoutCertificates(
  text: string,
  ids: ReadonlySet<string>,
  once: ReadonlySet<string> = new Set(),
): string {
  const met = new Set<string>();
  return text.replace(BLOCK, (block, body: string) => {
    const id = idOf(Buffer.from(body, 'base64'));
    const isRepeated = once.has(id) && met.has(id);
    met.add(id);
    return ids.has(id) || isRepeated ? '' : block;
  });
}

export function idOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
