/** The errors of this folder, so that each code has one hint. */
import { AppError } from '../errors.ts';

export function corrupt(what: string, position: number): AppError {
  return new AppError('ARCHIVE_CORRUPT', `${what} in the tar header at byte ${position}`, {
    hint: 'the file is damaged, or is no tar archive',
    details: { position },
  });
}

export function truncated(what: string): AppError {
  return new AppError('ARCHIVE_TRUNCATED', `the archive ends too early: ${what}`, {
    hint: 'the file was cut off, perhaps by an interrupted download; fetch or make it again',
  });
}

export function tooLarge(what: string, limit: number): AppError {
  return new AppError('ARCHIVE_LIMIT', `${what} is larger than ${limit} bytes`, {
    hint: 'no container tool reads such an archive; it was probably made to exhaust memory',
    details: { limit },
  });
}

export function tooMany(limit: number): AppError {
  return new AppError('ARCHIVE_LIMIT', `the archive has more than ${limit} entries`, {
    hint: 'it was probably made to exhaust memory; split it if it is yours',
    details: { limit },
  });
}

export function unsupported(what: string): AppError {
  return new AppError('ARCHIVE_UNSUPPORTED', what, {
    hint: 'make the archive again with another format or compression, for example `tar --format=pax -czf`',
  });
}

export function badCompression(format: string, what: string, cause?: unknown): AppError {
  return new AppError('ARCHIVE_CORRUPT', `the ${format} data is damaged: ${what}`, {
    hint: 'the file is damaged; fetch or make it again',
    cause,
  });
}
