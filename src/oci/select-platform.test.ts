/** The tables hold the results of containerd's own library. */
import { describe, expect, it } from 'vitest';
import { parsePlatform } from './platform.ts';
import { selectPlatform } from './select-platform.ts';

const chosen = (wanted: string, offered: readonly string[]) => {
  const index = selectPlatform(parsePlatform(wanted), offered.map(parsePlatform));
  return index === undefined ? undefined : offered[index];
};

describe('of several platforms', () => {
  it.each([
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/amd64'], 'linux/arm/v6'],
    ['linux/arm/v6', ['linux/arm/v7', 'linux/arm/v5'], 'linux/arm/v5'],
    ['linux/arm', ['linux/arm/v6', 'linux/armhf'], 'linux/armhf'],
    ['linux/arm/v8', ['linux/arm/v6', 'linux/arm/v7', 'linux/arm64'], 'linux/arm/v7'],
    ['linux/armel', ['linux/arm', 'linux/arm/v6'], 'linux/arm/v6'],
    ['linux/arm/v5', ['linux/arm/v6', 'linux/arm/v7'], undefined],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], 'linux/arm64/v8'],
    ['linux/arm64', ['linux/amd64', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/arm64', ['linux/arm64/v8.1', 'linux/arm/v6'], 'linux/arm/v6'],
    ['linux/arm64/v9', ['linux/arm64/v8.6', 'linux/arm64/v8.5'], 'linux/arm64/v8.5'],
    ['linux/arm64/v9.2', ['linux/arm64/v8.9', 'linux/arm64/v8.7'], 'linux/arm64/v8.7'],
    ['linux/arm64/v8.2', ['linux/arm64/v9', 'linux/arm64', 'linux/arm64/v8.1'], 'linux/arm64/v8.1'],
    ['linux/amd64/v3', ['linux/amd64/v4', 'linux/amd64', 'linux/amd64/v2'], 'linux/amd64/v2'],
    ['linux/amd64', ['linux/386', 'linux/amd64/v2'], 'linux/386'],
    ['linux/riscv64', ['linux/amd64'], undefined],
    ['linux/amd64', [], undefined],
  ])('for %s of %j takes %s', (wanted, offered, expected) => {
    expect(chosen(wanted, offered)).toBe(expected);
  });
});

describe('versions', () => {
  it.each([
    ['10.0.17763.1', '10.0.17763.9', true],
    ['10.0.17763', '10.0.20348', false],
    ['10.0.20348', '10.0.17763', false],
    ['10.0.20348', '10.0.26100', false],
    ['10.0.22621', '10.0.20348', true],
    ['10.0.26100', '10.0.20348', true],
    ['10.0.26100', '10.0.25398', true],
    ['10.0.27000', '10.0.26100', true],
    ['10.0.27000', '10.0.20348', false],
    ['10.1.20348', '10.0.20348', false],
    ['10', '10.0.20348', true],
    ['10.0.20348', '10', false],
    ['', '10.0.17763', true],
    ['10.0.17763', '', true],
  ])('%s of Windows runs containers for %s: %s', (system, container, runs) => {
    const image = `windows(${container})/amd64`;
    expect(chosen(`windows(${system})/amd64`, [image])).toBe(runs ? image : undefined);
  });

  it('of other systems do not count', () => {
    expect(chosen('linux(5.4)/amd64', ['linux(6.1)/amd64'])).toBe('linux(6.1)/amd64');
  });
});

describe('features of the system', () => {
  it.each([
    ['linux/amd64', ['linux(+a)/amd64'], undefined],
    ['linux(+a)/amd64', ['linux/amd64', 'linux(+a)/amd64'], 'linux(+a)/amd64'],
    ['linux(+a+b)/amd64', ['linux(+a)/amd64', 'linux(+b+a)/amd64'], 'linux(+b+a)/amd64'],
    ['linux(+a)/amd64', ['linux(+a+b)/amd64', 'linux/amd64'], 'linux/amd64'],
    ['linux(+a)/amd64', ['linux(+a)/386', 'linux/amd64'], 'linux/amd64'],
    ['windows/amd64', ['windows(+win32k)/amd64'], 'windows(+win32k)/amd64'],
    ['windows/amd64', ['windows(+a)/amd64'], undefined],
  ])('%s of %j takes %s', (wanted, offered, expected) => {
    expect(chosen(wanted, offered)).toBe(expected);
  });
});
