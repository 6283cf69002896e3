import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { javaTrustStore, withoutTrusted } from './java-trust-store.ts';
import { parseCertificates, toPem, withoutCertificates } from './pem.ts';

const [first = '', second = '', third = ''] = rootCertificates;

describe('PEM texts', () => {
  it('have each certificate once, in order, whatever is between them', () => {
    const text = `# \xfc\n${first}\r\ntext\n${second}\n${first}\n`;
    const found = parseCertificates(text);
    expect(found.map(({ der }) => der.toString('base64'))).toEqual([first, second].map(base64));
  });

  it('are written in lines of 64 letters', () => {
    const [certificate] = parseCertificates(first);
    const lines = (certificate && toPem(certificate))?.split('\n') ?? [];
    expect(lines.slice(0, -3).every((line, at) => at === 0 || line.length === 64)).toBe(true);
    expect(base64(lines.join('\n'))).toBe(base64(first));
  });

  it('may hold other text', () => {
    const nonsense = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    expect(parseCertificates(nonsense + key)).toEqual([]);
  });

  it('keep every other byte when a certificate is taken out', () => {
    const ids = new Set(parseCertificates(second).map(({ id }) => id));
    const text = `# one\n${first}\n# two\n${second}\n${third}\n`;
    expect(withoutCertificates(text, ids)).toBe(`# one\n${first}\n# two\n${third}\n`);
  });

  it('lose repetitions of a certificate that may stay', () => {
    const once = new Set(parseCertificates(first).map(({ id }) => id));
    const text = `${first}\n${second}\n${first}\n${second}\n`;
    expect(withoutCertificates(text, new Set(), once)).toBe(`${first}\n${second}\n${second}\n`);
  });
});

describe("Java's trust store", () => {
  it('lists the certificates under their digests, and is sealed with the usual password', () => {
    const certificates = parseCertificates(first + second);
    const store = javaTrustStore(certificates);
    const body = store.subarray(0, -20);
    const password = Buffer.from('\0c\0h\0a\0n\0g\0e\0i\0t', 'latin1');
    const seal = createHash('sha1').update(password).update('Mighty Aphrodite').update(body);
    expect(store.subarray(-20)).toEqual(seal.digest());
    expect(body.subarray(0, 16).toString('hex')).toBe('feedfeed000000020000000200000002');
    for (const { der, id } of certificates) {
      expect(body.includes(der)).toBe(true);
      expect(body.includes(id)).toBe(true);
    }
  });

  it('loses certificates, and stays sealed', () => {
    const [one, two, three] = parseCertificates(first + second + third);
    if (one === undefined || two === undefined || three === undefined) throw new Error('none');
    const left = withoutTrusted(javaTrustStore([one, two, three]), (id) => id === two.id);
    expect(left).toEqual(javaTrustStore([one, three]));
  });

  it('is left alone where it is damaged, or something else', () => {
    const store = javaTrustStore(parseCertificates(first));
    const damaged = Buffer.from(store);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    for (const bytes of [damaged, store.subarray(0, -1), Buffer.from(first), Buffer.alloc(0)]) {
      expect(withoutTrusted(bytes, () => true)).toBeUndefined();
    }
  });
});

function base64(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----|\s/g, '');
}
