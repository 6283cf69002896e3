/** The names of base images that lamina can create, and what they mean. */
import { AppError } from '../errors.ts';

export interface DebianRelease {
  /** As the archive names it: `bookworm`, `stable`. */
  readonly suite: string;
  /** `slim` leaves out documentation and translations. */
  readonly variant: 'full' | 'slim';
}

const CODE_NAMES: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  '14': 'forky',
};

const SUITES: readonly string[] = [
  ...Object.values(CODE_NAMES),
  'sid',
  'oldstable',
  'stable',
  'testing',
  'unstable',
];

/** Suites that are never released: they have no updates beside the suite itself. */
export function isRolling(suite: string): boolean {
  return suite === 'sid' || suite === 'unstable';
}

/** Whether `word` names a suite of Debian, in an apt source: `bookworm`, `stable`. */
export function isDebianSuite(word: string): boolean {
  return SUITES.includes(word) || word === 'buster' || word === 'duke';
}

/**
 * `debian:bookworm-slim`, `debian:12`, `debian:stable-slim`, `debian` (stable).
 * @throws AppError BASE_UNKNOWN
 */
export function parseBaseName(name: string): DebianRelease {
  const [, tag = 'stable'] = /^(?:docker\.io\/)?(?:library\/)?debian(?::(.+))?$/.exec(name) ?? [
    undefined,
    '',
  ];
  const slim = tag.endsWith('-slim');
  const word = slim ? tag.slice(0, -'-slim'.length) : tag;
  const release = word === 'latest' ? 'stable' : word;
  const suite = Object.hasOwn(CODE_NAMES, release) ? CODE_NAMES[release] : release;
  if (suite !== undefined && SUITES.includes(suite)) {
    return { suite, variant: slim ? 'slim' : 'full' };
  }
  throw new AppError('BASE_UNKNOWN', `unknown base image ${name}`, {
    expected: `debian:SUITE or debian:SUITE-slim, where SUITE is one of ${SUITES.join(', ')}, ${Object.keys(CODE_NAMES).join(', ')}; or distroless/static, base, cc, nodejs or python`,
    hint: 'get other images with lamina pull, or load an archive with lamina load -i FILE',
  });
}
