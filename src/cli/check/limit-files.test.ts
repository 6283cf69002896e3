import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limitsInFiles } from './limit-files.ts';
import { byteCount } from './limit-values.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamina-limits-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const dive = (text: string) =>
  limitsInFiles({ config: undefined, ciConfig: file('dive-ci', text), ci: false });
const toml = (text: string) =>
  limitsInFiles({ config: file('lamina.toml', text), ciConfig: undefined, ci: false });

describe("dive's rules", () => {
  it.each([
    'rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.20\n',
    'rules:\n  lowest-efficiency: "0.95"\n  highest-wasted-bytes: 20 MB\n  highest-user-wasted-percent: .2\n',
  ])('are understood in both spellings', async (text) => {
    expect(await dive(text)).toEqual({
      minEfficiency: 0.95,
      maxWastedBytes: 20_000_000,
      maxUserWasted: 0.2,
    });
  });

  it('have its defaults, and can be turned off', async () => {
    expect(await dive('')).toEqual({ minEfficiency: 0.9, maxUserWasted: 0.1 });
    expect(await dive('rules:\n')).toEqual({ minEfficiency: 0.9, maxUserWasted: 0.1 });
    const off = await dive(
      'rules:\n  lowestEfficiency: disabled\n  highestWastedBytes: off\n  highestUserWastedPercent: "false"\n',
    );
    expect(JSON.stringify(off)).toBe('{}');
  });

  it.each([
    ['rules:\n  lowestEficiency: 1\n', "there is no rule 'lowestEficiency'"],
    ['rules:\n  lowestEfficiency: 90\n', "'lowestEfficiency' has an invalid value"],
    ['rules:\n  highestWastedBytes: much\n', "'highestWastedBytes' has an invalid value"],
    ['rules: [1]\n', "'rules' is no table"],
    ['rules: {\n', 'cannot use'],
  ])('%j is refused', async (text, message) => {
    await expect(dive(text)).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      message: expect.stringContaining(message),
    });
  });
});

describe('lamina.toml', () => {
  it('has a table of limits', async () => {
    const limits = await toml(
      '[build]\nx = 1\n[check]\nmax-size = "10MB"\nmax-compressed = 5000\nmax-layers = 3\nmin-efficiency = 0.9\n' +
        'non-root = true\nno-shell = false\nbase = ["debian:12", "gcr.io/distroless/*"]\n',
    );
    expect(limits).toEqual({
      ...{ maxSize: 10_000_000, maxCompressed: 5000, maxLayers: 3, minEfficiency: 0.9 },
      ...{ nonRoot: true, noShell: false, bases: ['debian:12', 'gcr.io/distroless/*'] },
    });
  });

  it('need not have it', async () => {
    expect(await toml('[other]\n')).toEqual({});
  });

  it.each([
    ['[check]\nmax-sise = 1\n', "there is no limit 'max-sise'"],
    ['[check]\nnon-root = "yes"\n', "'non-root' has an invalid value"],
    ['[check]\nbase = [1]\n', "'base' has an invalid value"],
    ['check = 1\n', "'check' is no table"],
    ['[check\n', 'cannot use'],
  ])('%j is refused', async (text, message) => {
    await expect(toml(text)).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('has to exist where it is named', async () => {
    const config = join(directory, 'missing.toml');
    const files = { config, ciConfig: undefined, ci: false };
    await expect(limitsInFiles(files)).rejects.toMatchObject({ code: 'CLI_FILE' });
  });
});

it.each([
  ['0', 0],
  ['1000', 1000],
  ['10MB', 10_000_000],
  ['10MiB', 10 << 20],
  ['10m', 10_000_000],
  ['1.5 kB', 1500],
  ['2Gib', 2 ** 31],
  ['12B', 12],
  ['-1', undefined],
  ['MB', undefined],
  ['10iB', undefined],
  ['1e3', undefined],
])('the size %s is %d bytes', (text, bytes) => {
  expect(byteCount(text)).toBe(bytes);
});
