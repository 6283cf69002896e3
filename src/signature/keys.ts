/**
 * Keys for signatures, as PEM: public keys, private keys in the forms of openssl, and private keys that cosign encrypts
 * (scrypt and secretbox of NaCl).
 */
import { createPrivateKey, createPublicKey, type KeyObject, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)\s*-----END \1-----/;
const OF_COSIGN = /^ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY$/;
const KINDS = ['ec', 'ed25519', 'rsa'];
/** Bounds for what a key file may make us compute: cosign's own are 65,536, 8 and 1. */
const LARGEST_COST = { N: 1 << 20, r: 16, p: 4 };
const MADE_WITH =
  'make a pair with `cosign generate-key-pair`, or with openssl: see docs/attestations.md';

/**
 * @param password of an encrypted key; asked for only then
 * @throws AppError SIGNATURE_KEY_INVALID; SIGNATURE_KEY_PASSWORD if the password is wrong
 */
export async function readPrivateKey(
  pem: string,
  password: () => Promise<string | undefined>,
): Promise<KeyObject> {
  const [, label = '', body = ''] = PEM.exec(pem) ?? [];
  if (label === '') throw invalid('it is not a key in PEM form', MADE_WITH);
  if (label === 'PUBLIC KEY') {
    throw invalid('it is a public key, which only verifies', 'name the private key');
  }
  if (OF_COSIGN.test(label)) {
    const der = await decrypted(Buffer.from(body, 'base64'), await required(password));
    return usable(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  }
  const isEncrypted = label.startsWith('ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED$/m.test(pem);
  if (!isEncrypted) return usable(() => createPrivateKey(pem));
  const passphrase = await required(password);
  try {
    return usable(() => createPrivateKey({ key: pem, passphrase }));
  } catch {
    throw wrongPassword();
  }
}

/** A public key, or the public half of a private one that is not encrypted. @throws AppError SIGNATURE_KEY_INVALID */
export function readPublicKey(pem: string): KeyObject {
  const [, label = ''] = PEM.exec(pem) ?? [];
  if (label === '') throw invalid('it is not a key in PEM form', MADE_WITH);
  if (label.startsWith('ENCRYPTED')) {
    throw invalid('it is an encrypted private key', 'name the public key, for example cosign.pub');
  }
  return usable(() => createPublicKey(pem));
}

function usable(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw invalid('it is damaged, or of an unknown form', MADE_WITH, cause);
  }
  const kind = key.asymmetricKeyType ?? '';
  if (KINDS.includes(kind)) return key;
  throw invalid(`it is of type ${kind}`, 'use ECDSA (P-256), Ed25519 or RSA');
}

async function required(password: () => Promise<string | undefined>): Promise<string> {
  const given = await password();
  if (given !== undefined) return given;
  throw new AppError(
    'SIGNATURE_KEY_PASSWORD',
    'the private key is encrypted, and no password is given',
    {
      hint: 'set COSIGN_PASSWORD, or run the command in a terminal',
    },
  );
}

interface Encrypted {
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

async function decrypted(body: Buffer, password: string): Promise<Buffer> {
  const { cost, salt, nonce, ciphertext } = encryptedKey(body);
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
  const maxmem = 256 * cost.N * cost.r;
  const [key, { secretbox }] = await Promise.all([
    derive(password, salt, 32, { ...cost, maxmem }),
    import('@noble/ciphers/salsa.js'),
  ]);
  try {
    return Buffer.from(secretbox(key, nonce).open(ciphertext));
  } catch {
    throw wrongPassword();
  }
}

function encryptedKey(body: Buffer): Encrypted {
  const { kdf, cipher, ciphertext } = Object(parsed(body));
  const { name, params, salt } = Object(kdf);
  const { name: cipherName, nonce } = Object(cipher);
  const { N, r, p } = Object(params);
  if (name !== 'scrypt' || cipherName !== 'nacl/secretbox') {
    throw invalid('its encryption is not that of cosign', MADE_WITH);
  }
  const bytes = [salt, nonce, ciphertext].map((text) => Buffer.from(String(text), 'base64'));
  const [saltBytes = Buffer.of(), nonceBytes = Buffer.of(), cipherBytes = Buffer.of()] = bytes;
  const costs = [
    [N, LARGEST_COST.N],
    [r, LARGEST_COST.r],
    [p, LARGEST_COST.p],
  ];
  const isBounded = costs.every(
    ([cost, most]) => Number.isInteger(cost) && cost > 0 && cost <= most,
  );
  const isPower = isBounded && N > 1 && (N & (N - 1)) === 0;
  if (!isPower || nonceBytes.length !== 24 || cipherBytes.length < 17) {
    throw invalid('it is damaged', MADE_WITH);
  }
  return { cost: { N, r, p }, salt: saltBytes, nonce: nonceBytes, ciphertext: cipherBytes };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw invalid('it is damaged', MADE_WITH, cause);
  }
}

function invalid(why: string, hint: string, cause?: unknown): AppError {
  return new AppError('SIGNATURE_KEY_INVALID', `the key cannot be used: ${why}`, { hint, cause });
}

function wrongPassword(): AppError {
  return new AppError('SIGNATURE_KEY_PASSWORD', 'the password does not decrypt the private key', {
    hint: 'COSIGN_PASSWORD has the password that the key was made with',
  });
}
