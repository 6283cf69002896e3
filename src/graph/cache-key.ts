/**
 * The one recipe of cache keys: the parameters of an operation, the keys of the inputs it uses as a whole, and the
 * digests of the files it uses of others.
 */
import { createHash } from 'node:crypto';
import type { Op } from './vertex.ts';

/**
 * Raised for a kind of operation whenever it makes other results from the same parameters, so that no record of the old
 * meaning is found.
 */
export const SEMANTICS_VERSION: Readonly<Record<Op['kind'], number>> = {
  image: 1,
  context: 1,
  http: 2,
  git: 2,
  copy: 3,
  mkdir: 1,
  exec: 1,
};

/** An operation, or the parts of it that decide its result. */
export interface KeyedOp {
  readonly kind: Op['kind'];
}

export interface KeyParts<T extends KeyedOp> {
  readonly op: T;
  /** Keys of inputs used as a whole, in order: the same number for each operation of a kind. */
  readonly inputs?: readonly string[] | undefined;
  /** Digests of files that the operation uses of other inputs, or fetches. */
  readonly content?: readonly string[] | undefined;
}

/** @returns 64 hex digits */
export function cacheKey<T extends KeyedOp>({
  op,
  inputs = [],
  content = [],
}: KeyParts<T>): string {
  return digestOfParts(opDigest(op), ...inputs, ...content);
}

/** The digest of an operation's parameters alone. */
export function opDigest(op: KeyedOp): string {
  return digestOfParts(stableJson({ version: SEMANTICS_VERSION[op.kind], op }));
}

/**
 * One digest for several texts, in which only the last may have line ends.
 *
 * @returns 64 hex digits
 */
export function digestOfParts(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** JSON with sorted keys and without `undefined`: equal values give equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  });
}
