/** Rates for times and costs, and where the defaults come from. */

/** From the slow end to the fast end, or from the low to the high one. */
export type Range = readonly [number, number];

/** Rates that times and costs are estimated with. */
export interface Rates {
  /** Bits per second between the registry and who pulls, slowest first. */
  readonly bandwidths: readonly number[];
  /** Bytes of files that are unpacked in a second: on a slow machine, and on a fast one. */
  readonly unpack: Range;
  /** Pulls a month that are paid for as transfer. */
  readonly pulls: number;
  /** CI jobs a month that wait for a pull. */
  readonly ciJobs: number;
  /** Price of a month's storage of 10^9 bytes. */
  readonly storagePrice: number;
  /** Price of a transfer of 10^9 bytes. */
  readonly transferPrice: number;
  /** Price of a minute of a CI job. */
  readonly ciMinutePrice: number;
  /** What the prices are in. */
  readonly currency: string;
}

/** Rates in place of defaults. */
export type GivenRates = { readonly [Name in keyof Rates]?: Rates[Name] | undefined };

export const GIGABYTE = 1_000_000_000;

/** See `RATE_SOURCES` for where they come from. */
export const DEFAULT_RATES: Rates = {
  bandwidths: [100_000_000, 1_000_000_000],
  unpack: [Math.round(GIGABYTE / 60), Math.round(GIGABYTE / 30)],
  pulls: 1000,
  ciJobs: 1000,
  storagePrice: 0.1,
  transferPrice: 0.09,
  ciMinutePrice: 0.008,
  currency: 'USD',
};

/** Articles and price lists that the defaults come from, by the name that stands for them. */
export const SOURCES = {
  Patel:
    'Abhishek Patel, “Docker Multi-Stage Builds: Smaller Images, Faster Deployments” (undated, read in November 2026)',
  Podscape:
    'Podscape, “Docker Multi-Stage Builds & Image Optimisation” (undated, read in November 2026)',
  'Amazon ECR': 'the list prices of Amazon ECR (read in November 2026)',
} as const;

interface RateSource {
  readonly why: string;
  readonly source?: keyof typeof SOURCES;
}

/** Where each default comes from. */
export const RATE_SOURCES: Readonly<Record<keyof Omit<Rates, 'currency'>, RateSource>> = {
  bandwidths: { why: 'common in offices, and in data centres' },
  unpack: { why: 'a pull of 1 GB takes 30 to 60 seconds on a cold node', source: 'Podscape' },
  pulls: { why: 'an example', source: 'Patel' },
  ciJobs: { why: 'as many as pulls' },
  storagePrice: { why: 'a list price', source: 'Amazon ECR' },
  transferPrice: { why: 'Amazon ECR', source: 'Patel' },
  ciMinutePrice: { why: 'GitHub Actions, Linux', source: 'Patel' },
};

/** The rates with those that are given in place of the defaults. */
export function ratesWith(given: GivenRates = {}): Rates {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_RATES, ...Object.fromEntries(known) };
}
