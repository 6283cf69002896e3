/** Commands that install what is missing, for the package manager of this machine. */
import { readFileSync } from 'node:fs';
import type { PackageManager } from './facts.ts';

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

/**
 * @param name Debian's
 * @param machine undefined package manager: a sentence instead of a command
 */
export function installing(
  name: string,
  machine: { readonly packageManager: PackageManager | undefined; readonly isRoot: boolean },
): string {
  const { packageManager: manager, isRoot } = machine;
  if (manager === undefined) return `install ${name}`;
  const command = `${INSTALL[manager]} ${NAMES[name]?.[manager] ?? name}`;
  return isRoot ? command : `sudo ${command}`;
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

export function readPackageManager(): PackageManager | undefined {
  try {
    return packageManagerOf(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return undefined;
  }
}
