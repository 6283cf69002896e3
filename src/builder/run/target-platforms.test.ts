import { describe, expect, it } from 'vitest';
import { formatPlatform, hostPlatform } from '../../oci/index.ts';
import { isPlatformOpen, targetPlatforms } from './target-platforms.ts';

const OWN = formatPlatform(hostPlatform());

describe('the platforms of a result', () => {
  it.each([
    [[], [OWN]],
    [['', ' '], [OWN]],
    [['local'], [OWN]],
    [
      ['linux/arm64', ' linux/riscv64 '],
      ['linux/arm64', 'linux/riscv64'],
    ],
    [['linux/arm64', 'linux/aarch64', 'linux/arm64/v8'], ['linux/arm64']],
    [['linux/arm', 'linux/arm/v7', 'linux/armhf'], ['linux/arm/v7']],
    [
      ['linux/arm/v6', 'linux/arm/v7'],
      ['linux/arm/v6', 'linux/arm/v7'],
    ],
    [['LINUX/x86-64', 'linux/amd64/v1'], ['linux/amd64']],
    [
      ['windows(10.0.17763)/amd64', 'windows(10.0.20348)/amd64', 'Windows(10.0.17763)/x86_64'],
      ['windows(10.0.17763)/amd64', 'windows(10.0.20348)/amd64'],
    ],
  ])('for %j are %j', (platforms, expected) => {
    expect(targetPlatforms({ platforms }).map(formatPlatform)).toEqual(expected);
  });

  it('are open when none is named', () => {
    expect(isPlatformOpen({ platforms: [''] })).toBe(true);
    expect(isPlatformOpen({ platforms: ['local'] })).toBe(false);
  });

  it('are refused when one is none', () => {
    expect(() => targetPlatforms({ platforms: ['linux/amd64', 'linux amd64'] })).toThrow(
      expect.objectContaining({ code: 'PLATFORM_INVALID' }),
    );
  });
});
