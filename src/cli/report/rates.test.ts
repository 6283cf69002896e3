import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRates } from './rates.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamina-rates-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, 'report.toml');
  writeFileSync(path, text);
  return path;
}

describe('rates', () => {
  it('come from a file, and from the command line before it', async () => {
    const path = file(
      'bandwidths = ["1Gbit/s", "50 Mbit/s"]\nunpack = "20MB/s"\npulls = 7\nstorage-price = 0.2\ncurrency = "EUR"\n',
    );
    expect(await readRates(path, ['pulls=9', 'unpack=10MB/s,40MB/s', 'ci-jobs=3'])).toEqual({
      bandwidths: [50_000_000, 1_000_000_000],
      unpack: [10_000_000, 40_000_000],
      ...{ pulls: 9, storagePrice: 0.2, currency: 'EUR', ciJobs: 3 },
    });
  });

  it.each([
    ['pulls=many', "--rate pulls=many: 'pulls' has an invalid value"],
    ['pulls', "--rate pulls: 'pulls' has an invalid value"],
    ['pull=3', "--rate pull=3: there is no rate 'pull'"],
    ['bandwidths=fast', "--rate bandwidths=fast: 'bandwidths' has an invalid value"],
    ['unpack=1,2,3', "--rate unpack=1,2,3: 'unpack' has an invalid value"],
    ['currency=', "--rate currency=: 'currency' has an invalid value"],
  ])('refuse %s', async (setting, message) => {
    await expect(readRates(undefined, [setting])).rejects.toMatchObject({
      code: 'CLI_FLAG_VALUE',
      message,
    });
  });

  it.each([
    ['pulls = -1', "'pulls' has an invalid value"],
    ['pulls = ', 'Invalid TOML document'],
    ['price = 1', "there is no rate 'price'"],
  ])('name the file that holds %s', async (text, problem) => {
    const path = file(text);
    await expect(readRates(path, [])).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      message: expect.stringContaining(`cannot use ${path}: ${problem}`),
    });
  });

  it('need the file that is named', async () => {
    const path = join(directory, 'none.toml');
    await expect(readRates(path, [])).rejects.toMatchObject({ code: 'CLI_FILE' });
  });
});
