/** The mmdebstrap command for a Debian base image, as data. */
import { type AptOption, aptLine, staysInImage } from './apt-options.ts';
import type { DebianRelease } from './base-name.ts';
import type { DebianSource } from './debian-mirror.ts';

export interface RecipeOptions {
  /** Debian's name. */
  readonly architecture: string;
  readonly release: DebianRelease;
  readonly sources: readonly DebianSource[];
  readonly aptOptions: readonly AptOption[];
  readonly mode: 'root' | 'unshare';
  /** mmdebstrap's own directory of hooks, if it has the one for a merged /usr. */
  readonly mergedUsrHooks: string | undefined;
  /** Path of an executable file with `customizeScript` in it. */
  readonly customizeHook: string;
}

const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Files that only people read: a quarter of the image. Licences stay. */
const SLIM = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/groff/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
];

/** Arguments of mmdebstrap; the tar goes to standard output. */
export function mmdebstrapArguments(options: RecipeOptions): string[] {
  const { release, sources, aptOptions, mode, mergedUsrHooks, customizeHook } = options;
  // dpkg's fsync of every file protects against power cuts; lamina makes layers durable as a whole.
  const dpkg = ['force-unsafe-io', ...(release.variant === 'slim' ? SLIM : [])];
  const apt = [...aptOptions.map(aptLine), 'Acquire::Languages "none";'];
  const secure = sources.some(({ uri }) => uri.startsWith('https:'));
  return [
    `--mode=${mode}`,
    `--architectures=${options.architecture}`,
    '--variant=minbase',
    '--format=tar',
    '--skip=output/dev',
    // lamina has looked whether programs of the platform run; mmdebstrap needs the package arch-test for that.
    '--skip=check/qemu',
    ...(mergedUsrHooks === undefined ? [] : [`--hook-dir=${mergedUsrHooks}`]),
    ...(secure ? ['--include=ca-certificates'] : []),
    ...dpkg.map((line) => `--dpkgopt=${line}`),
    ...apt.map((line) => `--aptopt=${line}`),
    `--customize-hook=${customizeHook}`,
    release.suite,
    '-',
    ...sources.flatMap(sourceLines),
  ];
}

export function sourceLines({ uri, suites, signedBy }: DebianSource): string[] {
  const key = signedBy?.startsWith('/') ? signedBy.split(/[\s,]/)[0] : undefined;
  const option = key === undefined ? '' : `[signed-by=${key}] `;
  return suites.map((suite) => `deb ${option}${uri} ${suite} main`);
}

/**
 * A shell script that runs on this machine with the new root directory as `$1`: it removes traces of this machine and
 * of the current time, and adds what a container needs.
 */
export function customizeScript({
  release,
  sources,
  aptOptions,
}: Pick<RecipeOptions, 'release' | 'sources' | 'aptOptions'>): string {
  const apt = [
    'APT::AutoRemove::SuggestsImportant "false";',
    'Acquire::GzipIndexes "true";',
    'Acquire::Languages "none";',
    ...aptOptions.filter(staysInImage).map(aptLine),
  ];
  return [
    '#!/bin/sh',
    'set -eu',
    'rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1/etc/apt/sources.list" "$1/etc/apt/apt.conf.d/99mmdebstrap"',
    'rm -f "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old "$1"/etc/*- "$1"/var/cache/apt/*.bin',
    'mv "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$1/etc/dpkg/dpkg.cfg.d/lamina"',
    ...keyCopies(sources),
    file('/etc/apt/sources.list.d/debian.sources', sourceStanzas(sources)),
    file('/etc/apt/apt.conf.d/90lamina', `${apt.join('\n')}\n`),
    // Dockerfiles with an apt cache mount remove the file of this name.
    file('/etc/apt/apt.conf.d/docker-clean', DOCKER_CLEAN),
    file(
      '/usr/sbin/policy-rc.d',
      '#!/bin/sh\n# No service is started while an image is built.\nexit 101\n',
    ),
    'chmod 755 "$1/usr/sbin/policy-rc.d"',
    // Packages whose alternatives have manual pages fail to install without these.
    ...(release.variant === 'slim'
      ? ['for n in 1 2 3 4 5 6 7 8; do mkdir -p "$1/usr/share/man/man$n"; done']
      : []),
    '',
  ].join('\n');
}

const DOCKER_CLEAN = [
  '# Downloaded packages and apt’s own caches would only make layers bigger.',
  'APT::Keep-Downloaded-Packages "false";',
  'Dir::Cache::pkgcache "";',
  'Dir::Cache::srcpkgcache "";',
  '',
].join('\n');

/** The sources as the image has them. */
function sourceStanzas(sources: readonly DebianSource[]): string {
  return sources
    .map(({ uri, suites, signedBy }) =>
      [
        'Types: deb',
        `URIs: ${uri}`,
        `Suites: ${suites.join(' ')}`,
        'Components: main',
        `Signed-By: ${keyInImage(signedBy)}`,
        '',
      ].join('\n'),
    )
    .join('\n');
}

function isDebianKey(signedBy: string | undefined): boolean {
  return signedBy === undefined || /^\/usr\/share\/keyrings\/debian-archive/.test(signedBy);
}

/** The keyring of a source in the image: Debian's own, which the image has, or a copy of this machine's. */
function keyInImage(signedBy: string | undefined): string {
  if (signedBy === undefined || isDebianKey(signedBy)) return DEBIAN_KEYRING;
  if (signedBy.startsWith('/')) return `/etc/apt/keyrings/${baseName(signedBy)}`;
  return signedBy
    .split('\n')
    .map((line, index) => (index === 0 ? line : ` ${line}`))
    .join('\n');
}

function keyCopies(sources: readonly DebianSource[]): string[] {
  const paths = sources.flatMap(({ signedBy }) =>
    signedBy?.startsWith('/') && !isDebianKey(signedBy) ? [signedBy.split(/[\s,]/)[0] ?? ''] : [],
  );
  return [...new Set(paths)].map(
    (path) => `cp ${quoted(path)} "$1"/etc/apt/keyrings/${quoted(baseName(path))}`,
  );
}

function baseName(path: string): string {
  return (path.split(/[\s,]/)[0] ?? '').split('/').at(-1) ?? '';
}

function file(path: string, content: string): string {
  return `printf %s ${quoted(content)} > "$1${path}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
