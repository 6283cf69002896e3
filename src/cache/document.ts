/** Validates cache documents: JSON that anybody may have written. */
import { AppError } from '../errors.ts';

/** @throws AppError CACHE_INVALID, as all of these */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw invalidCache('invalid JSON');
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidCache('a value that must be an object');
  }
  return value as Readonly<Record<string, unknown>>;
}

export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidCache('a value that must be a list');
  return value;
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw invalidCache('a value that must be a string');
  return value;
}

export function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw invalidCache('a value that must be a number');
  return value;
}

export function integerOf(value: unknown): number {
  if (!Number.isInteger(value)) throw invalidCache('a value that must be a whole number');
  return numberOf(value);
}

export function invalidCache(what: string): AppError {
  return new AppError('CACHE_INVALID', `the cache has ${what}`, {
    hint: 'it is damaged, or another program wrote it; export it again with --cache-to',
  });
}
