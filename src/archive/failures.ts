/** The errors of this folder, so that each code has one hint. */
import { AppError } from '../errors.ts';

export function corrupt(what: string, position: number): AppError {
  return new AppError('ARCHIVE_CORRUPT', `${what} in the tar header at byte ${position}`, {
    hint: 'the file is damaged, or it is not a tar archive',
    details: { position },
  });
}

export function truncated(what: string): AppError {
  return new AppError('ARCHIVE_TRUNCATED', `the archive ends too early: ${what}`, {
    hint: 'the file is incomplete, perhaps after an interrupted download; download or create it again',
  });
}

export function tooLarge(what: string, limit: number): AppError {
  return new AppError('ARCHIVE_LIMIT', `${what} is larger than ${limit} bytes`, {
    hint: 'do not trust this archive: it was probably made to exhaust memory',
    details: { limit },
  });
}

export function tooMany(limit: number): AppError {
  return new AppError('ARCHIVE_LIMIT', `the archive has more than ${limit} entries`, {
    hint: 'it was probably made to exhaust memory; if it is your own, split it',
    details: { limit },
  });
}

export function unsupported(what: string): AppError {
  return new AppError('ARCHIVE_UNSUPPORTED', what, {
    hint: 'create the archive again with another format or compression, for example `tar --format=pax -czf`',
  });
}

export function badCompression(format: string, what: string, cause?: unknown): AppError {
  return new AppError('ARCHIVE_CORRUPT', `the ${format} data is damaged: ${what}`, {
    hint: 'download or create the file again',
    cause,
  });
}
