import { describe, expect, it } from 'vitest';
import {
  formatPlatform,
  hostPlatform,
  normalizePlatform,
  parsePlatform,
  platformMatches,
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
    ['windows(10.0.17763)/amd64', 'windows(10.0.17763)/amd64'],
    ['Windows(10.0.17763+a+b)/x86_64', 'windows(10.0.17763+a+b)/amd64'],
    ['windows(+a)/amd64', 'windows(+a)/amd64'],
    ['linux/unheard-of', 'linux/unheard-of'],
  ])('reads %s as %s', (text, formatted) => {
    expect(formatPlatform(parsePlatform(text))).toBe(formatted);
  });

  it('completes a lone word from the host', () => {
    const host = hostPlatform();
    expect(parsePlatform('linux')).toEqual({ ...host, os: 'linux' });
    expect(parsePlatform('s390x')).toEqual({ os: host.os, architecture: 's390x' });
  });

  it.each([
    ['windows(10.0.17763)/amd64', { 'os.version': '10.0.17763' }],
    ['windows(10.0.17763+win32k)/amd64', { 'os.version': '10.0.17763', 'os.features': ['win32k'] }],
    ['windows(+a+b)/amd64', { 'os.features': ['a', 'b'] }],
    ['windows()/amd64', {}],
  ])('keeps the version of the system and its features: %s', (text, more) => {
    expect(parsePlatform(text)).toEqual({ os: 'windows', architecture: 'amd64', ...more });
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
    'linux(+)/amd64',
    ' linux/amd64',
    'linux/*',
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

describe('normalizePlatform', () => {
  it('keeps unknown values', () => {
    const platform = { os: 'Windows', architecture: 'AMD64', 'os.version': '10' };
    expect(normalizePlatform(platform)).toEqual({
      os: 'windows',
      architecture: 'amd64',
      'os.version': '10',
    });
  });
});
