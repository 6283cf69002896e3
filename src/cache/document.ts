/** Checks of what a cache says of itself: JSON that anybody may have written. */
import { AppError } from '../errors.ts';

/** @throws AppError CACHE_INVALID, as all of these */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw invalidCache('no JSON');
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidCache('no object where one has to be');
  }
  return value as Readonly<Record<string, unknown>>;
}

export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidCache('no list where one has to be');
  return value;
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw invalidCache('no text where one has to be');
  return value;
}

export function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidCache('no number');
  return value;
}

export function integerOf(value: unknown): number {
  if (!Number.isInteger(value)) throw invalidCache('no whole number');
  return numberOf(value);
}

export function invalidCache(what: string): AppError {
  return new AppError('CACHE_INVALID', `the cache has ${what}`, {
    hint: 'it was damaged, or written by something else; export it again with --cache-to',
  });
}
