/** Which images may be used: the requirements of a registry, a repository or an image. Form: containers-policy.json(5). */
import type { KeyObject } from 'node:crypto';

/** Requirements by scope, of images in registries. */
export interface Policy {
  /** The file, for messages. */
  readonly name: string;
  /** For images that no scope covers. */
  readonly fallback: readonly Requirement[];
  /** By `registry/repository:tag`, `registry/repository`, a prefix of it, `*.domain`, or '' for all registries. */
  readonly scopes: ReadonlyMap<string, readonly Requirement[]>;
}

/** All requirements of an image must hold. */
export type Requirement =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject' }
  | SignatureRequirement;

export interface SignatureRequirement {
  readonly kind: 'signed';
  /** A signature by one of them is enough. */
  readonly keys: readonly KeyObject[];
  readonly identity: IdentityMatch;
}

/** How the name in a signature must agree with the name that is used. */
export type IdentityMatch =
  | { readonly kind: 'exact' | 'repository' | 'repository-by-digest' }
  | { readonly kind: 'exact-reference' | 'exact-repository'; readonly name: string }
  | { readonly kind: 'remap'; readonly prefix: string; readonly signedPrefix: string };
