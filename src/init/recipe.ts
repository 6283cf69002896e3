/** What a kind of project becomes: the stages of a Dockerfile. */

/** Where a project is, and how its stages are called. */
export interface Place {
  /** A path of the build context. */
  path(path: string): string;
  stage(name: string): string;
}

export interface Recipe {
  /** For people: `Node.js, pnpm, server`. */
  readonly label: string;
  /** Lines of instructions; the last stage is the one to run. */
  readonly stages: (place: Place) => readonly string[];
  /** Where the program listens, if it does. */
  readonly port?: number | undefined;
  /** Patterns for the ignore file, relative to the project. */
  readonly ignored: readonly string[];
  /** What the user should know. */
  readonly notes?: readonly string[] | undefined;
  /** Images that the stages use, and that `lamina base` can make. */
  readonly bases: readonly string[];
}

export const DEBIAN = 'debian:trixie-slim';

export function distroless(flavour: 'static' | 'cc' | 'nodejs20' | 'python3'): string {
  return `gcr.io/distroless/${flavour}-debian13:nonroot`;
}

/** RUN that installs packages, with the cache of apt mounted. */
export function aptInstall(...packages: readonly string[]): string {
  const cache = (path: string) => `--mount=type=cache,target=${path},sharing=locked`;
  return [
    `RUN ${cache('/var/cache/apt')} ${cache('/var/lib/apt')} \\`,
    `    apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  ].join('\n');
}

/** An ordinary user for images that have none. */
export const ADD_USER =
  'RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin app';

/** The JSON form: no character of the words means anything to a shell or to the builder. */
export function exec(...words: readonly string[]): string {
  const json = words.map((word) => JSON.stringify(word).replaceAll('\u007f', '\\u007f'));
  return `[${json.join(', ')}]`;
}

/** HEALTHCHECK by a program of the image. */
export function healthcheck(...words: readonly string[]): string {
  return `HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \\\n    CMD ${exec(...words)}`;
}

/** HEALTHCHECK with the busybox that `BUSYBOX` names: whether something listens on the port. */
export function busyboxHealthcheck(port: number): string {
  const connect = [BUSYBOX, 'nc', '-w', '2', '127.0.0.1', String(port)];
  return healthcheck(...connect, '-e', BUSYBOX, 'true');
}

export const BUSYBOX = '/bin/busybox';

/** HEALTHCHECK with bash, which Debian has. */
export function bashHealthcheck(port: number): string {
  return healthcheck('bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`);
}
