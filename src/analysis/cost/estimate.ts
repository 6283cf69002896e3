/** How long an image takes to arrive, and what that costs. */
import { DEFAULT_RATES, GIGABYTE, RATE_SOURCES, type Range, type Rates, SOURCES } from './rates.ts';

export interface ImageSizes {
  readonly unpacked: number;
  /** Null: not known. */
  readonly compressed: number | null;
}

/** The time of a pull over a network. */
export interface PullTime {
  /** Bits per second. */
  readonly bandwidth: number;
  /** Shortest and longest. */
  readonly seconds: Range;
}

/** Amounts of money are a month's; all ranges are from low to high. */
export interface Cost {
  readonly currency: string;
  readonly storage: Range;
  readonly transfer: Range;
  /** What CI jobs wait for pulls. */
  readonly ci: Range;
  readonly total: Range;
  /** Until a machine that has nothing of the image can start a container. */
  readonly startUpSeconds: Range;
  /** Minutes a month that CI jobs wait for pulls. */
  readonly ciMinutes: Range;
  /** The rates behind the estimate, and where each comes from, one sentence each. */
  readonly assumptions: readonly string[];
  /** The articles and price lists that assumptions name, with their dates. */
  readonly sources: readonly string[];
}

/** Where there is no compressed form, at best a third of the bytes go over the network, at worst all. */
const BEST_COMPRESSION = 3;

/**
 * At best a layer is unpacked while it is downloaded, on a fast machine; at worst one thing is done after the other, on a slow one.
 */
export function pullTimes(sizes: ImageSizes, { bandwidths, unpack }: Rates): PullTime[] {
  const [slow, fast] = unpack;
  const [least, most] = downloads(sizes);
  return bandwidths.map((bandwidth) => ({
    bandwidth,
    seconds: [
      round(Math.max((least * 8) / bandwidth, sizes.unpacked / fast)),
      round((most * 8) / bandwidth + sizes.unpacked / slow),
    ],
  }));
}

export function estimateCost(sizes: ImageSizes, rates: Rates): Cost {
  const stored = downloads(sizes);
  const times = pullTimes(sizes, rates);
  const startUp: Range = [
    Math.min(...times.map(({ seconds: [low] }) => low)),
    Math.max(...times.map(({ seconds: [, high] }) => high)),
  ];
  const minutes = scaled(startUp, rates.ciJobs / 60);
  const storage = scaled(stored, rates.storagePrice / GIGABYTE);
  const transfer = scaled(stored, (rates.transferPrice * rates.pulls) / GIGABYTE);
  const ci = scaled(minutes, rates.ciMinutePrice);
  const sum = (end: 0 | 1) => storage[end] + transfer[end] + ci[end];
  return {
    currency: rates.currency,
    storage: rounded(storage),
    transfer: rounded(transfer),
    ci: rounded(ci),
    total: rounded([sum(0), sum(1)]),
    startUpSeconds: startUp,
    ciMinutes: rounded(minutes),
    assumptions: assumptions(sizes, rates),
    sources: sources(rates),
  };
}

function downloads({ compressed, unpacked }: ImageSizes): Range {
  return compressed === null ? [unpacked / BEST_COMPRESSION, unpacked] : [compressed, compressed];
}

function assumptions({ compressed }: ImageSizes, rates: Rates): string[] {
  const { bandwidths, unpack, pulls, ciJobs, currency } = rates;
  const [slow, fast] = unpack;
  const money = (price: number) => `${price} ${currency}`;
  const speeds = bandwidths.map((bandwidth) => `${bandwidth / 1e6} Mbit/s`);
  const facts: readonly (readonly [RateName, string])[] = [
    ['bandwidths', `The network carries ${speeds.join(' or ')}`],
    ['unpack', `A machine unpacks ${megabytes(slow)} to ${megabytes(fast)} MB of files a second`],
    ['pulls', `The image is pulled ${count(pulls)} times a month, each time all of it`],
    ['ciJobs', `${count(ciJobs)} CI jobs a month wait for a pull`],
    ['storagePrice', `A registry takes ${money(rates.storagePrice)} a month for a GB it stores`],
    ['transferPrice', `A registry takes ${money(rates.transferPrice)} for a GB it sends`],
    ['ciMinutePrice', `A minute of a CI job costs ${money(rates.ciMinutePrice)}`],
  ];
  return [
    ...(compressed === null
      ? [
          'Not all layers have a compressed form: between a third of the bytes and all are downloaded.',
        ]
      : []),
    'The shortest times unpack while they download, the longest afterwards.',
    ...facts.map(([name, fact]) => `${fact} (${sourceOf(name, rates)}).`),
  ];
}

type RateName = keyof typeof RATE_SOURCES;

const RATE_NAMES: readonly RateName[] = [
  ...(['bandwidths', 'unpack', 'pulls', 'ciJobs'] as const),
  ...(['storagePrice', 'transferPrice', 'ciMinutePrice'] as const),
];

function sourceOf(name: RateName, rates: Rates): string {
  if (!isDefault(name, rates)) return 'as given';
  const { why, source } = RATE_SOURCES[name];
  return source === undefined ? why : `${why}: ${source}`;
}

function sources(rates: Rates): string[] {
  const used = RATE_NAMES.flatMap((name) => {
    const { source } = RATE_SOURCES[name];
    return source !== undefined && isDefault(name, rates) ? [source] : [];
  });
  return [...new Set(used)].map((source) => `${source}: ${SOURCES[source]}`);
}

function isDefault(name: RateName, rates: Rates): boolean {
  return String(rates[name]) === String(DEFAULT_RATES[name]);
}

function megabytes(bytes: number): string {
  return String(round(bytes / 1e6));
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function scaled([low, high]: Range, factor: number): Range {
  return [low * factor, high * factor];
}

function rounded([low, high]: Range): Range {
  return [round(low), round(high)];
}

/** To three digits: these are estimates. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
