/** The names of images without a shell: `distroless/static`, `distroless/python-debian12:debug-nonroot`. */
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

const RELEASES: Readonly<Record<string, string>> = { '12': 'bookworm', '13': 'trixie' };
const DEFAULT_RELEASE = '12';
const TAGS = ['latest', 'nonroot', 'debug', 'debug-nonroot'];

/**
 * @returns undefined when the name is none of these images' at all
 * @throws AppError BASE_UNKNOWN for a flavour, release or tag there is not
 */
export function parseDistrolessName(name: string): DistrolessName | undefined {
  const [, image, tag = 'latest'] =
    /^(?:docker\.io\/)?distroless\/([^:]*)(?::(.*))?$/.exec(name) ?? [];
  if (image === undefined) return undefined;
  const [, word, release = DEFAULT_RELEASE] = /^([a-z]+?)3?(?:-debian(\d+))?$/.exec(image) ?? [];
  const flavour = FLAVOURS.find((candidate) => candidate === word);
  const suite = Object.hasOwn(RELEASES, release) ? RELEASES[release] : undefined;
  if (flavour === undefined || suite === undefined || !TAGS.includes(tag)) throw unknown(name);
  return { flavour, suite, isNonroot: tag.endsWith('nonroot'), isDebug: tag.startsWith('debug') };
}

function unknown(name: string): AppError {
  const releases = Object.keys(RELEASES).map((number) => `-debian${number}`);
  return new AppError('BASE_UNKNOWN', `there is no recipe for the base image ${name}`, {
    expected: `distroless/ and one of ${FLAVOURS.join(', ')}, then maybe ${releases.join(' or ')}, then maybe one of ${TAGS.map((tag) => `:${tag}`).join(', ')}`,
  });
}
