/** The names of images without a shell: `distroless/static`, `gcr.io/distroless/python3-debian12:debug-nonroot`. */
import { AppError } from '../../errors.ts';

export const FLAVOURS = ['static', 'base', 'cc', 'nodejs', 'python'] as const;

export type Flavour = (typeof FLAVOURS)[number];

export interface DistrolessName {
  readonly flavour: Flavour;
  /** Code name of the Debian release the packages come from. */
  readonly suite: string;
  /** Runs as user 65532. */
  readonly isNonroot: boolean;
  /** Has busybox, and with it a shell. */
  readonly isDebug: boolean;
}

interface Release {
  readonly suite: string;
  /** The versions of the languages it has, as names of images give them. */
  readonly versions: Readonly<Partial<Record<Flavour, string>>>;
}

const RELEASES: Readonly<Record<string, Release>> = {
  '12': { suite: 'bookworm', versions: { nodejs: '18', python: '3' } },
  '13': { suite: 'trixie', versions: { nodejs: '20', python: '3' } },
};
const DEFAULT_RELEASE = '12';
const TAGS = ['latest', 'nonroot', 'debug', 'debug-nonroot'];

/**
 * The registry that is known for images of these names may be named: then a Dockerfile that asks for them finds them.
 *
 * @returns undefined when the name is none of these images' at all
 * @throws AppError BASE_UNKNOWN for a flavour, version, release or tag there is not
 */
export function parseDistrolessName(name: string): DistrolessName | undefined {
  const [, image, tag = 'latest'] =
    /^(?:docker\.io\/|gcr\.io\/)?distroless\/([^:]*)(?::(.*))?$/.exec(name) ?? [];
  if (image === undefined) return undefined;
  const [, word, version, number = DEFAULT_RELEASE] =
    /^([a-z]+)(\d+)?(?:-debian(\d+))?$/.exec(image) ?? [];
  const flavour = FLAVOURS.find((candidate) => candidate === word);
  const release = Object.hasOwn(RELEASES, number) ? RELEASES[number] : undefined;
  if (flavour === undefined || release === undefined || !TAGS.includes(tag)) throw unknown(name);
  const { suite, versions } = release;
  if (version !== undefined && version !== versions[flavour]) throw otherVersion(name, flavour);
  return { flavour, suite, isNonroot: tag.endsWith('nonroot'), isDebug: tag.startsWith('debug') };
}

/** The one name of all that mean the same image. */
export function distrolessNameOf({ flavour, suite, isNonroot, isDebug }: DistrolessName): string {
  const number = Object.keys(RELEASES).find((key) => RELEASES[key]?.suite === suite);
  const tags = [...(isDebug ? ['debug'] : []), ...(isNonroot ? ['nonroot'] : [])];
  return [`distroless/${flavour}-debian${number}`, tags.join('-')].filter(Boolean).join(':');
}

function unknown(name: string): AppError {
  const releases = Object.keys(RELEASES).map((number) => `-debian${number}`);
  return new AppError('BASE_UNKNOWN', `unknown base image ${name}`, {
    expected: `distroless/ and one of ${FLAVOURS.join(', ')}, optionally followed by ${releases.join(' or ')}, and optionally by one of ${TAGS.map((tag) => `:${tag}`).join(', ')}`,
  });
}

/** A version is that of a release's own packages, and no other can be had. */
function otherVersion(name: string, flavour: Flavour): AppError {
  const there = Object.entries(RELEASES).flatMap(([number, { versions }]) => {
    const version = versions[flavour];
    return version === undefined ? [] : [`distroless/${flavour}${version}-debian${number}`];
  });
  return new AppError('BASE_UNKNOWN', `no Debian release has the packages of ${name}`, {
    expected: [`distroless/${flavour}`, ...there].join(', '),
    hint: 'use one of these instead, and name it with -t',
  });
}
