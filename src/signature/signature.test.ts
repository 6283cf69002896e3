/** Keys and signatures: each form of key, what is signed, and what a hostile key file may ask for. */
import { generateKeyPairSync, type KeyObject, scryptSync } from 'node:crypto';
import { secretbox } from '@noble/ciphers/salsa.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeClaims,
  encodeClaims,
  isSignedBy,
  readPrivateKey,
  readPublicKey,
  signBytes,
} from './index.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const none = async () => undefined;
const said = (password: string) => async () => password;
const publicPem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();
const privatePem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

/** As `cosign generate-key-pair` writes it, with a cheaper derivation. */
function ofCosign(key: KeyObject, password: string, changed: object = {}): string {
  const [salt, nonce] = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)];
  const params = { N: 1024, r: 8, p: 1 };
  const plain = key.export({ format: 'der', type: 'pkcs8' });
  const ciphertext = secretbox(scryptSync(password, salt, 32, params), nonce).seal(plain);
  const json = JSON.stringify({
    kdf: { name: 'scrypt', params: { ...params, ...changed }, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  });
  const label = 'ENCRYPTED SIGSTORE PRIVATE KEY';
  return `-----BEGIN ${label}-----\n${Buffer.from(json).toString('base64')}\n-----END ${label}-----\n`;
}

describe('signatures', () => {
  it.each([
    ['ECDSA', ec],
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('by a key of %s are verified by its public half only', async (_, pair) => {
    const key = await readPrivateKey(privatePem(pair.privateKey), none);
    const signature = signBytes(Buffer.from('payload'), key);
    const publicKey = readPublicKey(publicPem(pair.publicKey));
    expect(isSignedBy(Buffer.from('payload'), signature, publicKey)).toBe(true);
    expect(isSignedBy(Buffer.from('payloae'), signature, publicKey)).toBe(false);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(isSignedBy(Buffer.from('payload'), signature, other.publicKey)).toBe(false);
  });
});

describe('a private key', () => {
  it('of cosign is decrypted with its password', async () => {
    const key = await readPrivateKey(ofCosign(ec.privateKey, 'secret'), said('secret'));
    expect(key.equals(ec.privateKey)).toBe(true);
    await expect(readPrivateKey(ofCosign(ec.privateKey, 'a'), said('b'))).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_PASSWORD',
    });
    await expect(readPrivateKey(ofCosign(ec.privateKey, 'a'), none)).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_PASSWORD',
    });
  });

  it('of openssl is decrypted with its password', async () => {
    const options = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc' } as const;
    const pem = ec.privateKey.export({ ...options, passphrase: 'secret' }).toString();
    expect((await readPrivateKey(pem, said('secret'))).equals(ec.privateKey)).toBe(true);
    await expect(readPrivateKey(pem, said('other'))).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_PASSWORD',
    });
  });

  it.each([{ N: 2 ** 40 }, { N: 1000 }, { r: 1e9 }, { p: -1 }, { N: '1024' }])(
    'may not make us compute without bounds: %j',
    async (changed) => {
      const pem = ofCosign(ec.privateKey, 'a', changed);
      await expect(readPrivateKey(pem, said('a'))).rejects.toMatchObject({
        code: 'SIGNATURE_KEY_INVALID',
      });
    },
  );

  it.each([
    ['', 'not a key'],
    [publicPem(ec.publicKey), 'public key'],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'damaged'],
    [privatePem(generateKeyPairSync('x25519').privateKey), 'type x25519'],
  ])('that cannot sign is refused', async (pem, why) => {
    await expect(readPrivateKey(pem, none)).rejects.toThrow(why);
  });

  it('is never read as anything but a key or an error with a code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        for (const label of ['PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY', 'EC PRIVATE KEY']) {
          const body = Buffer.from(bytes).toString('base64');
          const pem = `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
          await expect(readPrivateKey(pem, said('a'))).rejects.toHaveProperty('code');
        }
      }),
    );
  });
});

describe('claims', () => {
  it('are read as they were written', () => {
    const claims = { reference: 'example.com/app', digest: DIGEST, annotations: { a: 'b' } };
    expect(decodeClaims(encodeClaims(claims))).toEqual(claims);
  });

  it('have the form of cosign', () => {
    const bytes = encodeClaims({ reference: 'example.com/app', digest: DIGEST, annotations: {} });
    expect(bytes.toString()).toBe(
      `{"critical":{"identity":{"docker-reference":"example.com/app"},"image":{"docker-manifest-digest":"${DIGEST}"},"type":"cosign container image signature"},"optional":null}`,
    );
  });

  it.each(['', 'null', '{}', '{"critical":{"type":"other"}}', '[1]'])('are refused: %s', (text) => {
    expect(() => decodeClaims(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
  });
});
