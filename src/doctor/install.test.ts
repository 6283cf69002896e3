import { expect, test } from 'vitest';
import { installing, packageIn, packageManagerOf } from './install.ts';

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

test('a command names the package as the distribution does, and gets root', () => {
  expect(installing('uidmap', { packageManager: 'dnf', isRoot: false })).toBe(
    'sudo dnf install shadow-utils',
  );
  expect(installing('runc', { packageManager: 'pacman', isRoot: true })).toBe('pacman -S runc');
});

test('only commands of apt-get are translated', () => {
  expect(packageIn('apt-get install runc')).toBe('runc');
  expect(packageIn('run lamina with sudo')).toBeUndefined();
});
