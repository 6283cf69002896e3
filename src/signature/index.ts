/** Signatures of images by key, in cosign's form: keys, what is signed, and the manifests that hold signatures. */
export {
  type AttachedSignature,
  attachedSignatures,
  attachSignature,
} from './attached-signatures.ts';
export { type Claims, decodeClaims, encodeClaims } from './claims.ts';
export { readPrivateKey, readPublicKey } from './keys.ts';
export { isSignedBy, signBytes } from './sign-bytes.ts';
export {
  signatureBlob,
  signatureManifest,
  signatureOf,
  signatureTag,
} from './signature-manifest.ts';
