/** What is in an image without a shell: packages, the files no package has, and its configuration. */
import type { ContainerConfig } from '../../oci/index.ts';
import type { DistrolessName, Flavour } from './name.ts';

/** Taken alone: what they depend on is for scripts that are never run. */
const STATIC_PACKAGES = ['base-files', 'ca-certificates', 'netbase', 'tzdata'];

/** Taken with what they depend on; of alternatives the first that the release has. */
const LIBRARIES: Readonly<Record<Flavour, readonly string[]>> = {
  static: [],
  base: ['libc6', 'libssl3t64 | libssl3'],
  cc: ['libgcc-s1', 'libstdc++6', 'libgomp1'],
  nodejs: ['nodejs'],
  python: ['python3'],
};

const BELOW: Readonly<Record<Flavour, Flavour | undefined>> = {
  static: undefined,
  base: 'static',
  cc: 'base',
  nodejs: 'cc',
  python: 'cc',
};

/** Needed only to install, configure or read documentation; a package manager among them. */
const LEFT_OUT = [
  ...[
    'apt',
    'bash',
    'ca-certificates',
    'coreutils',
    'dash',
    'debconf',
    'debconf-2.0',
    'debianutils',
  ],
  ...[
    'dpkg',
    'findutils',
    'grep',
    'install-info',
    'libc-bin',
    'login',
    'mawk',
    'node-corepack',
    'openssl',
    'passwd',
  ],
  ...['perl', 'perl-base', 'readline-common', 'sed', 'sensible-utils', 'tar', 'ucf', 'util-linux'],
];

/** The compiler's runtime belongs to cc; libc needs it only to cancel threads. */
const LEFT_OUT_OF_BASE = ['libgcc-s1', 'gcc-12-base', 'gcc-14-base'];

export interface PackageWishes {
  readonly alone: readonly string[];
  /** Each may hold alternatives, parted by `|`. */
  readonly withDependencies: readonly string[];
  readonly leftOut: ReadonlySet<string>;
}

export function packagesOf({ flavour, isDebug }: DistrolessName): PackageWishes {
  const libraries: string[] = [];
  for (let at: Flavour | undefined = flavour; at !== undefined; at = BELOW[at]) {
    libraries.push(...LIBRARIES[at]);
  }
  return {
    alone: isDebug ? [...STATIC_PACKAGES, BUSYBOX] : STATIC_PACKAGES,
    withDependencies: libraries,
    leftOut: new Set(flavour === 'base' ? [...LEFT_OUT, ...LEFT_OUT_OF_BASE] : LEFT_OUT),
  };
}

export const BUSYBOX = 'busybox-static';
export const CERTIFICATES = 'ca-certificates';
export const BUNDLE = 'etc/ssl/certs/ca-certificates.crt';
export const NONROOT = 65532;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SHELL = '/busybox/sh';

/** The image's configuration. */
export function distrolessConfig({ flavour, isNonroot, isDebug }: DistrolessName): ContainerConfig {
  const program = flavour === 'nodejs' ? '/usr/bin/node' : '/usr/bin/python3';
  const isLanguage = flavour === 'nodejs' || flavour === 'python';
  const entrypoint = isLanguage ? program : isDebug ? SHELL : undefined;
  return {
    User: isNonroot ? String(NONROOT) : '0',
    Env: [`PATH=${PATH}${isDebug ? ':/busybox' : ''}`, `SSL_CERT_FILE=/${BUNDLE}`],
    ...(entrypoint === undefined ? {} : { Entrypoint: [entrypoint] }),
    WorkingDir: isNonroot ? '/home/nonroot' : '/',
  };
}

/** Files that are written by scripts on other systems. */
export const TEXT_FILES: Readonly<Record<string, string>> = {
  'etc/passwd': lines(
    'root:x:0:0:root:/root:/sbin/nologin',
    `nonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/sbin/nologin`,
    'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
  ),
  'etc/group': lines(
    'root:x:0:',
    'tty:x:5:',
    'staff:x:50:',
    `nonroot:x:${NONROOT}:`,
    'nogroup:x:65534:',
  ),
  'etc/nsswitch.conf': lines(
    ...['passwd: files', 'group: files', 'shadow: files', 'hosts: files dns'],
    ...['networks: files', 'protocols: files', 'services: files'],
  ),
};

/** Where images of these names have their program elsewhere, and Dockerfiles look for it. */
export function linksOf({ flavour }: DistrolessName): Readonly<Record<string, string>> {
  return flavour === 'nodejs' ? { 'nodejs/bin/node': '/usr/bin/node' } : {};
}

/** Where a release still has directories of its own for these, they become links, as on an installed system. */
export const MERGED_DIRECTORIES = ['bin', 'lib', 'lib64', 'sbin'];

/** Files only people or installers read. */
export function isLeftOut(path: string): boolean {
  if (/^usr\/share\/doc\/[^/]+\/copyright$/.test(path)) return false;
  return (
    /^usr\/share\/(base-files|bash-completion|bug|doc-base|info|lintian|locale|man|menu|zsh)(\/|$)/.test(
      path,
    ) ||
    /^usr\/share\/doc\/[^/]+\/./.test(path) ||
    /^usr\/share\/ca-certificates(\/|$)/.test(path) ||
    /^usr\/(sbin\/update-ca-certificates$|games$|include$|src$)/.test(path) ||
    /^etc\/(ca-certificates|update-motd\.d|skel|issue|issue\.net|init\.d|default)(\/|$)/.test(path)
  );
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
