import { describe, expect, it } from 'vitest';
import { estimateCost, pullTimes } from './estimate.ts';
import { ratesWith } from './rates.ts';

const GB = 1_000_000_000;

describe('the time of a pull', () => {
  it('is the longer of download and unpacking at best, and both at worst', () => {
    const rates = ratesWith({ bandwidths: [80_000_000, 8 * GB], unpack: [20_000_000, 50_000_000] });
    expect(pullTimes({ unpacked: GB, compressed: GB / 4 }, rates)).toEqual([
      { bandwidth: 80_000_000, seconds: [25, 75] },
      { bandwidth: 8 * GB, seconds: [20, 50.3] },
    ]);
  });

  it('has both ends where nobody knows how well the image can be compressed', () => {
    const rates = ratesWith({ bandwidths: [8_000_000], unpack: [GB, GB] });
    expect(pullTimes({ unpacked: 30_000_000, compressed: null }, rates)).toEqual([
      { bandwidth: 8_000_000, seconds: [10, 30] },
    ]);
  });

  it('of 1 GB is what the article says that the rates come from', () => {
    const [, fast] = pullTimes({ unpacked: GB, compressed: 0 }, ratesWith());
    expect(fast?.seconds).toEqual([30, 60]);
  });
});

describe('the cost', () => {
  it('of 1,000 pulls of 1 GB is 90 dollars of transfer, as the article says', () => {
    const cost = estimateCost({ unpacked: 2.5 * GB, compressed: GB }, ratesWith());
    expect(cost.transfer).toEqual([90, 90]);
    expect(cost.storage).toEqual([0.1, 0.1]);
    // 75 seconds at best, 80 and 150 at worst.
    expect(cost.startUpSeconds).toEqual([75, 230]);
    expect(cost.ciMinutes).toEqual([1250, 3830]);
    expect(cost.ci).toEqual([10, 30.7]);
    expect(cost.total).toEqual([100, 121]);
    expect(cost.currency).toBe('USD');
  });

  it('lists its rates, and says which of them were given', () => {
    const rates = ratesWith({ pulls: 5, currency: 'EUR', transferPrice: undefined });
    const { assumptions, sources } = estimateCost({ unpacked: 1, compressed: null }, rates);
    expect(assumptions).toContain(
      'The image is pulled 5 times a month, each time all of it (as given).',
    );
    expect(assumptions.join(' ')).toContain('0.09 EUR for a GB it sends (Amazon ECR: Patel)');
    expect(sources.map((source) => source.slice(0, 8))).toEqual([
      'Podscape',
      'Amazon E',
      'Patel: A',
    ]);
    expect(assumptions[0]).toContain('Not all layers have a compressed form');
  });

  it('of nothing is nothing', () => {
    const cost = estimateCost({ unpacked: 0, compressed: 0 }, ratesWith());
    expect(cost.total).toEqual([0, 0]);
  });
});
