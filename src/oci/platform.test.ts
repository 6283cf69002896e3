import { describe, expect, it } from 'vitest';
import {
  formatPlatform,
  hostPlatform,
  normalizePlatform,
  parsePlatform,
  platformMatches,
  selectPlatform,
} from './platform.ts';

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/i386', 'linux/386'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64/v8'],
    ['linux/arm64/8', 'linux/arm64/v8'],
    ['linux/arm', 'linux/arm'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/armhf', 'linux/arm'],
    ['linux/armel', 'linux/arm/v6'],
    ['macos/arm64', 'darwin/arm64'],
    ['windows(10.0.17763)/amd64', 'windows/amd64'],
    ['linux/unheard-of', 'linux/unheard-of'],
  ])('reads %s as %s', (text, formatted) => {
    expect(formatPlatform(parsePlatform(text))).toBe(formatted);
  });

  it('completes a lone word from the host', () => {
    const host = hostPlatform();
    expect(parsePlatform('linux')).toEqual({ ...host, os: 'linux' });
    expect(parsePlatform('s390x')).toEqual({ os: host.os, architecture: 's390x' });
  });

  it('keeps the version of the system', () => {
    expect(parsePlatform('windows(10.0.17763)/amd64')['os.version']).toBe('10.0.17763');
  });

  it.each([
    '',
    '/',
    'linux/',
    'linux//v7',
    'a/b/c/d',
    'no-such-thing',
    'linux/a b',
    'linux(/amd64',
  ])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(
      expect.objectContaining({ code: 'PLATFORM_INVALID' }),
    );
  });
});

describe('platformMatches', () => {
  it.each([
    ['linux/amd64', 'linux/x86-64', true],
    ['linux/arm64', 'linux/arm64/v8', true],
    ['linux/arm', 'linux/arm/v7', true],
    ['linux/arm/v7', 'linux/arm/v6', false],
    ['linux/amd64', 'linux/amd64/v3', false],
    ['linux/amd64', 'windows/amd64', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(platformMatches(parsePlatform(a), parsePlatform(b))).toBe(expected);
  });
});

describe('selectPlatform', () => {
  it.each([
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/amd64'], 'linux/arm/v6'],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], 'linux/arm64/v8'],
    ['linux/arm64', ['linux/amd64', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/arm64/v9', ['linux/arm64/v8.6', 'linux/arm64/v8.5'], 'linux/arm64/v8.5'],
    ['linux/amd64/v3', ['linux/amd64/v4', 'linux/amd64', 'linux/amd64/v2'], 'linux/amd64/v2'],
    ['linux/amd64', ['linux/386', 'linux/amd64/v2'], 'linux/386'],
    ['linux/riscv64', ['linux/amd64'], undefined],
    ['linux/amd64', [], undefined],
  ])('for %s of %j takes %s', (wanted, offered, expected) => {
    const index = selectPlatform(parsePlatform(wanted), offered.map(parsePlatform));
    expect(index === undefined ? undefined : offered[index]).toBe(expected);
  });
});

describe('versions of Windows', () => {
  it.each([
    ['10.0.17763.1', '10.0.17763.9', true],
    ['10.0.17763', '10.0.20348', false],
    ['10.0.26100', '10.0.20348', true],
    ['10.0.20348', '10.0.26100', false],
    ['', '10.0.17763', true],
    ['10.0.17763', '', true],
  ])('%s runs containers for %s: %s', (wanted, offered, runs) => {
    const of = (version: string) =>
      ({ os: 'windows', architecture: 'amd64', 'os.version': version }) as const;
    expect(selectPlatform(of(wanted), [of(offered)])).toBe(runs ? 0 : undefined);
  });
});

describe('normalizePlatform', () => {
  it('keeps what it does not know', () => {
    const platform = { os: 'Windows', architecture: 'AMD64', 'os.version': '10' };
    expect(normalizePlatform(platform)).toEqual({
      os: 'windows',
      architecture: 'amd64',
      'os.version': '10',
    });
  });
});
