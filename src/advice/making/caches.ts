/** Where package managers keep what they download, and how much that is. */
import type { Savings } from '../../lint/index.ts';
import type { LintedFile, Run } from '../linted-file.ts';

export interface PackageCache {
  /** Directories without a leading slash. */
  readonly paths: readonly string[];
  /** Bytes in a typical layer; undefined: it depends on what is installed. */
  readonly typical?: number | undefined;
}

export const CACHES = {
  apk: { paths: ['var/cache/apk', 'etc/apk/cache'], typical: 2_500_000 },
  aptLists: { paths: ['var/lib/apt/lists'], typical: 20_000_000 },
  dnf: { paths: ['var/cache/dnf', 'var/cache/libdnf5', 'var/cache/yum'], typical: 100_000_000 },
  npm: { paths: ['root/.npm'] },
  pip: { paths: ['root/.cache/pip'] },
  yarn: { paths: ['usr/local/share/.cache/yarn', 'root/.cache/yarn', 'root/.yarn/berry/cache'] },
  yum: { paths: ['var/cache/yum', 'var/cache/dnf'], typical: 100_000_000 },
  zypper: { paths: ['var/cache/zypp'], typical: 40_000_000 },
} as const satisfies Readonly<Record<string, PackageCache>>;

/** What a cache takes in the layer of the RUN: as measured in the last build, else what is typical. */
export function cacheSavings(
  { around }: LintedFile,
  { owner }: Run,
  { paths, typical }: PackageCache,
): Savings | undefined {
  const known = around.costs?.bytesUnder(owner, paths);
  if (known !== undefined) return known;
  return typical === undefined ? undefined : { bytes: typical, measured: false };
}
