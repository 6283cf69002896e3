/** Commands that install what is missing, for the package manager of this machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Facts, PackageManager } from './facts.ts';

const INSTALL: Readonly<Record<PackageManager, string>> = {
  apt: 'apt-get install',
  dnf: 'dnf install',
  apk: 'apk add',
  zypper: 'zypper install',
  pacman: 'pacman -S',
};

/** Packages whose names differ from Debian's. */
const NAMES: Readonly<Record<string, Partial<Record<PackageManager, string>>>> = {
  uidmap: { dnf: 'shadow-utils', apk: 'shadow-uidmap', zypper: 'shadow', pacman: 'shadow' },
  'openssh-client': { dnf: 'openssh-clients', zypper: 'openssh-clients', pacman: 'openssh' },
  'qemu-user-static': { apk: 'qemu-aarch64 qemu-openrc', zypper: 'qemu-linux-user' },
};

/** What a command for packages depends on. */
export type Installer = Pick<Facts, 'packageManager' | 'lacksPackageLists'> & {
  readonly user: Pick<Facts['user'], 'isRoot'>;
};

/**
 * @param name Debian's
 * @param installer undefined package manager: a sentence instead of a command
 */
export function installing(name: string, installer: Installer): string {
  const { packageManager: manager, lacksPackageLists, user } = installer;
  if (manager === undefined) return `install ${name}`;
  const sudo = user.isRoot ? '' : 'sudo ';
  const command = `${sudo}${INSTALL[manager]} ${NAMES[name]?.[manager] ?? name}`;
  // As in a new container, where nobody answers questions.
  if (manager !== 'apt' || !lacksPackageLists) return command;
  return `${sudo}apt-get update && ${command.replace('install', 'install -y')}`;
}

/** The package that a fix for Debian installs; undefined if it is no command of apt-get. */
export function packageIn(fix: string): string | undefined {
  return /^(?:sudo )?apt-get install (\S+)$/.exec(fix)?.[1];
}

const FAMILIES: readonly (readonly [RegExp, PackageManager])[] = [
  [/\b(?:debian|ubuntu)\b/, 'apt'],
  [/\b(?:fedora|rhel|centos)\b/, 'dnf'],
  [/\balpine\b/, 'apk'],
  [/\b(?:suse|opensuse\S*|sles)\b/, 'zypper'],
  [/\barch\b/, 'pacman'],
];

/** @param osRelease the text of /etc/os-release, which names a distribution and those that it is like */
export function packageManagerOf(osRelease: string): PackageManager | undefined {
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)]
    .map(([, value]) => value)
    .join(' ');
  return FAMILIES.find(([pattern]) => pattern.test(names))?.[1];
}

const LISTS = '/var/lib/apt/lists';

/** Whether apt knows no package, as in images of Debian, which have no lists. */
export function lacksPackageLists(directory = LISTS): boolean {
  try {
    return !readdirSync(directory).some((name) => /_Packages(?:\.\w+)?$/.test(name));
  } catch {
    return true;
  }
}

export function readPackageManager(): PackageManager | undefined {
  try {
    return packageManagerOf(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return undefined;
  }
}
