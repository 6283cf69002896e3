/** Options and results of signing images, and of verifying who signed them. */
import type { Digest } from '../oci/index.ts';
import type { CallOptions } from './store-options.ts';

export interface SignImageOptions extends CallOptions {
  /** A name in a registry, with a tag or a digest. */
  readonly image: string;
  /** A private key as PEM: of cosign, or of openssl (ECDSA, Ed25519, RSA). */
  readonly key: string;
  /** Called if the key is encrypted. */
  readonly password?: (() => Promise<string | undefined>) | undefined;
  /** What the signature says beside the image's digest. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Whether the image of each platform is signed too, not only the index. Default: no. */
  readonly recursive?: boolean | undefined;
}

/** A manifest or index that has a new signature. */
export interface SignedManifest {
  readonly digest: Digest;
  /** The name in the registry under which the signature is. */
  readonly signature: string;
}

export interface VerifySignaturesOptions extends CallOptions {
  /** A name in a registry, with a tag or a digest. */
  readonly image: string;
  /** A public key as PEM. */
  readonly key: string;
  /** What a signature must say beside the image's digest. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** A signature by the key, over this image. */
export interface VerifiedSignature {
  /** Of the image's manifest or index. Whoever uses the image by this digest gets what was signed. */
  readonly image: Digest;
  /** What the signer calls the image. */
  readonly reference: string;
  readonly annotations: Readonly<Record<string, string>>;
}
