/** How much an archive may unpack to: its author can claim any size at no cost. */
import { statfsSync } from 'node:fs';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { humanSize } from '../progress/index.ts';

/** The environment variable that sets the limit. */
export const UNPACK_LIMIT = 'LAMINA_UNPACK_LIMIT';
/** Share of the free space: a full disk harms everybody who uses it. */
const SHARE = 0.9;
const UNITS = ['', 'k', 'm', 'g', 't'];

export interface UnpackBudgetOptions {
  /** Bytes; undefined: nine tenths of what is free. */
  readonly limit: number | undefined;
  /** A path on the file system that it is unpacked to. */
  readonly directory: string;
}

/** Counts what comes out of one archive. Holes count too: they are as large for everybody who reads the file. */
export class UnpackBudget {
  readonly #options: UnpackBudgetOptions;
  #limit: number | undefined;
  #used = 0;

  constructor(options: UnpackBudgetOptions) {
    this.#options = options;
  }

  /** @throws AppError ARCHIVE_TOO_LARGE when there are more bytes than the limit */
  take(bytes: number): void {
    this.#used += bytes;
    this.#limit ??= this.#options.limit ?? freeBytes(this.#options.directory) * SHARE;
    if (this.#used > this.#limit) throw tooMuch(this.#limit, this.#options.limit !== undefined);
  }
}

/**
 * The limit set by the user: `50g`, `none`.
 *
 * @returns bytes; undefined if it is not set
 * @throws AppError CLI_ENVIRONMENT
 */
export function unpackLimitOf(env: Environment): number | undefined {
  const text = env[UNPACK_LIMIT]?.trim().toLowerCase() ?? '';
  if (text === '') return undefined;
  if (text === 'none') return Number.POSITIVE_INFINITY;
  const [, digits, unit = ''] = /^(\d{1,15})([kmgt]?)b?$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * 1024 ** UNITS.indexOf(unit);
  throw new AppError(
    'CLI_ENVIRONMENT',
    `invalid value ${JSON.stringify(text)} for ${UNPACK_LIMIT}`,
    {
      expected: 'a size such as 50g, or none',
    },
  );
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function tooMuch(limit: number, isSet: boolean): AppError {
  const size = humanSize(limit);
  const why = isSet ? `what ${UNPACK_LIMIT} allows` : 'nine tenths of the free disk space';
  return new AppError('ARCHIVE_TOO_LARGE', `an archive unpacks to more than ${size}, ${why}`, {
    hint: `if you expect that size, free some disk space, or set ${UNPACK_LIMIT} to a size or to none`,
    details: { limit },
  });
}
