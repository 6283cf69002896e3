import { unquoted } from './make.ts';

const ENDINGS = /\.(?:tar|Z|bz2|gz|lz|lzma|tZ|tb2|tbz|tbz2|tgz|tlz|tpz|txz|xz)$/;

/** Whether a name ends as those of archives do. */
export function isArchive(path: string): boolean {
  return ENDINGS.test(unquoted(path));
}

/** The last part of a path of any system. */
export function lastName(path: string): string {
  return unquoted(path).replace(/^.*[\\/]/, '');
}
