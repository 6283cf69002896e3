import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installing, lacksPackageLists, packageIn, packageManagerOf } from './install.ts';

test.each([
  ['ID=debian\n', 'apt'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf'],
  ['NAME="Alpine Linux"\nID=alpine\n', 'apk'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper'],
  ['ID=arch\n', 'pacman'],
  ['ID=nixos\nPRETTY_NAME="not debian"\n', undefined],
])('%j installs with %s', (text, manager) => {
  expect(packageManagerOf(text)).toBe(manager);
});

const USER = { lacksPackageLists: false, user: { isRoot: false } } as const;
const ROOT = { lacksPackageLists: false, user: { isRoot: true } } as const;

test('a command names the package as the distribution does, and gets root', () => {
  expect(installing('uidmap', { ...USER, packageManager: 'dnf' })).toBe(
    'sudo dnf install shadow-utils',
  );
  expect(installing('runc', { ...ROOT, packageManager: 'pacman' })).toBe('pacman -S runc');
});

test('apt without lists of packages fetches them first, and asks nobody', () => {
  const fresh = { packageManager: 'apt', lacksPackageLists: true } as const;
  expect(installing('proot', { ...ROOT, ...fresh })).toBe(
    'apt-get update && apt-get install -y proot',
  );
  expect(installing('proot', { ...USER, ...fresh })).toBe(
    'sudo apt-get update && sudo apt-get install -y proot',
  );
  expect(installing('proot', { ...ROOT, ...fresh, packageManager: 'apk' })).toBe('apk add proot');
});

test('lists of packages are there in any compression, and a lock is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-lists-'));
  expect(lacksPackageLists(directory)).toBe(true);
  writeFileSync(join(directory, 'lock'), '');
  expect(lacksPackageLists(directory)).toBe(true);
  writeFileSync(join(directory, 'deb.example_main_binary-amd64_Packages.lz4'), '');
  expect(lacksPackageLists(directory)).toBe(false);
  rmSync(directory, { recursive: true });
  expect(lacksPackageLists(directory)).toBe(true);
});

test('only commands of apt-get are translated', () => {
  expect(packageIn('apt-get install runc')).toBe('runc');
  expect(packageIn('run lamina with sudo')).toBeUndefined();
});
