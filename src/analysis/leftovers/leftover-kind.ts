/** Which visible files an image does not need to run: caches of package managers, version control, documentation, parts for compilers. */
import type { BytePath } from '../../files/index.ts';

/** Why a file is hardly needed. */
export type LeftoverKind =
  | 'apt-lists'
  | 'apt-archives'
  | 'apk-cache'
  | 'dnf-cache'
  | 'pip-cache'
  | 'npm-cache'
  | 'yarn-cache'
  | 'pnpm-store'
  | 'go-cache'
  | 'maven-cache'
  | 'gradle-cache'
  | 'cargo-cache'
  | 'gem-cache'
  | 'composer-cache'
  | 'git'
  | 'pycache'
  | 'docs'
  | 'man'
  | 'headers'
  | 'static-libraries'
  | 'debug-symbols'
  | 'logs'
  | 'temporary-files';

export interface Leftover {
  readonly kind: LeftoverKind;
  /** The directory that can go as a whole, or the file itself. */
  readonly root: BytePath;
}

interface Rule {
  readonly kind: LeftoverKind;
  /** The match is the root; what may follow it is a slash, or nothing. */
  readonly pattern: RegExp;
}

const HOME = '(?:root|home/[^/]+)';

/** The first that matches counts, so what is a cache as a whole comes before what is in it. */
const RULES: readonly Rule[] = [
  { kind: 'apt-lists', pattern: /^var\/lib\/apt\/lists(?=\/.)/ },
  { kind: 'apt-archives', pattern: /^var\/cache\/apt(?=\/.)/ },
  { kind: 'apk-cache', pattern: /^(?:var\/cache\/apk|etc\/apk\/cache)(?=\/.)/ },
  { kind: 'dnf-cache', pattern: /^var\/cache\/(?:dnf|yum|libdnf5)(?=\/.)/ },
  { kind: 'pip-cache', pattern: new RegExp(`^${HOME}/\\.cache/(?:pip|uv|pypoetry)(?=/.)`) },
  { kind: 'npm-cache', pattern: new RegExp(`^${HOME}/\\.npm(?=/.)`) },
  {
    kind: 'yarn-cache',
    pattern: new RegExp(
      `^(?:usr/local/share/\\.cache/yarn|${HOME}/\\.cache/yarn|${HOME}/\\.yarn/berry/cache)(?=/.)`,
    ),
  },
  {
    kind: 'pnpm-store',
    pattern: new RegExp(`^(?:${HOME}/\\.local/share/pnpm/store|${HOME}/\\.pnpm-store)(?=/.)`),
  },
  { kind: 'go-cache', pattern: new RegExp(`^(?:${HOME}/\\.cache/go-build|go/pkg/mod)(?=/.)`) },
  { kind: 'go-cache', pattern: new RegExp(`^${HOME}/go/pkg/mod(?=/.)`) },
  { kind: 'maven-cache', pattern: new RegExp(`^${HOME}/\\.m2/(?:repository|wrapper)(?=/.)`) },
  { kind: 'gradle-cache', pattern: new RegExp(`^${HOME}/\\.gradle(?=/.)`) },
  {
    kind: 'cargo-cache',
    pattern: new RegExp(`^(?:usr/local/cargo|${HOME}/\\.cargo)/(?:registry|git)(?=/.)`),
  },
  { kind: 'gem-cache', pattern: /^(?:.*\/)?(?:ruby\/)?gems\/[^/]+\/cache(?=\/[^/]+\.gem$)/ },
  { kind: 'gem-cache', pattern: new RegExp(`^${HOME}/\\.(?:bundle|gem)/(?:.*/)?cache(?=/.)`) },
  {
    kind: 'composer-cache',
    pattern: new RegExp(`^${HOME}/\\.(?:cache/)?composer(?:/cache)?(?=/.)`),
  },
  { kind: 'git', pattern: /^(?:.*?\/)?\.git(?=\/.)/ },
  { kind: 'pycache', pattern: /^(?:.*?\/)?__pycache__(?=\/.)/ },
  { kind: 'debug-symbols', pattern: /^usr\/lib\/debug(?=\/.)/ },
  { kind: 'debug-symbols', pattern: /^.*\.debug$/ },
  { kind: 'man', pattern: /^usr\/(?:local\/)?(?:share\/)?man(?=\/.)/ },
  { kind: 'docs', pattern: /^usr\/(?:local\/)?(?:share\/)?(?:doc|info|gtk-doc)(?=\/.)/ },
  { kind: 'headers', pattern: /^usr\/(?:local\/)?include(?=\/.)/ },
  { kind: 'static-libraries', pattern: /^(?:.*\/)?lib(?:32|64)?\/(?:.*\/)?[^/]+\.a$/ },
  { kind: 'logs', pattern: /^var\/log(?=\/.)/ },
  { kind: 'temporary-files', pattern: /^(?:var\/)?tmp(?=\/.)/ },
];

/** A directory has one of these in its path if files in it can be leftovers whatever their names are; most do not. */
const HINT =
  /(?:^|\/)(?:var|tmp|\.[a-z]|__pycache__|share|man|doc|include|debug|cache|go\/pkg|usr\/local\/cargo|info|gtk-doc)/;

/** Cheap: whether `leftoverOf` may tell something about files in a directory, whatever their names are. */
export function mayHoldLeftovers(directory: BytePath): boolean {
  return HINT.test(directory);
}

/** Cheap: whether `leftoverOf` may tell something about files of this name in any directory. */
export function mayNameLeftover(name: string): boolean {
  return name.endsWith('.a') || name.endsWith('.debug');
}

/**
 * @param path of a file, not of a directory
 * @returns undefined for what is no leftover
 */
export function leftoverOf(path: BytePath): Leftover | undefined {
  for (const { kind, pattern } of RULES) {
    const [root] = pattern.exec(path) ?? [];
    if (root !== undefined) return { kind, root };
  }
  return undefined;
}
