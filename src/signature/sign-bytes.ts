/** Signatures over bytes, by the algorithm that cosign chooses for a type of key. */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** ECDSA: ASN.1 DER over SHA-256. RSA: PKCS #1 v1.5 over SHA-256. Ed25519: over the bytes themselves. */
export function signBytes(bytes: Uint8Array, privateKey: KeyObject): Buffer {
  return sign(hashOf(privateKey), bytes, privateKey);
}

/** @param key a public key, or a private one for its public half */
export function isSignedBy(bytes: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return verify(hashOf(publicKey), bytes, publicKey, signature);
}

function hashOf(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}
