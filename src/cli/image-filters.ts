/** Filters for lists of images, for `images` and the prune commands. */
import type { ImageSummary } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { familiarName, parseReference } from '../oci/index.ts';
import { moment } from './time-filter.ts';

export type AcceptsImage = (image: ImageSummary) => boolean;

export interface FilterFacts {
  /** The images in which `before=` and `since=` look up theirs. */
  readonly images: readonly ImageSummary[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Filter {
  readonly key: string;
  readonly value: string;
}

/** `key=value`; `label!=key` has the key `label!`. */
export function parseFilter(text: string): Filter {
  const equals = text.indexOf('=');
  if (equals < 0) return { key: text, value: '' };
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** @throws AppError CLI_FLAG_VALUE for a key that is not among `keys`, or without a value */
export function checkFilter({ key, value }: Filter, keys: readonly string[]): void {
  if (keys.includes(key) && value !== '') return;
  const near = nearestName(key, keys);
  throw new AppError(
    'CLI_FLAG_VALUE',
    `invalid value ${JSON.stringify(`${key}=${value}`)} for --filter`,
    {
      expected: keys.map((one) => `${one}=${FORMS[one] ?? 'VALUE'}`).join(', '),
      hint: near === undefined || near === key ? undefined : `did you mean ${near}=?`,
    },
  );
}

const FORMS: Readonly<Record<string, string>> = {
  ...{ dangling: 'true|false', label: 'KEY[=VALUE]', 'label!': 'KEY[=VALUE]' },
  ...{ reference: 'PATTERN', before: 'IMAGE', since: 'IMAGE', until: '24h|DATE' },
  ...{ 'unused-for': '24h' },
};

/**
 * A filter on an image, as opposed to a filter on a name.
 *
 * @throws AppError CLI_FLAG_VALUE, IMAGE_NOT_FOUND
 */
export function imageFilter({ key, value }: Filter, facts: FilterFacts): AcceptsImage {
  switch (key) {
    case 'dangling':
      return danglingFilter(value);
    case 'label':
      return labelFilter(value);
    case 'label!': {
      const has = labelFilter(value);
      return (image) => !has(image);
    }
    case 'until': {
      const limit = moment(value, facts.now);
      return ({ created }) => (created ?? 0) < limit;
    }
    case 'before': {
      const { created = 0 } = imageNamed(value, facts.images);
      return (image) => (image.created ?? 0) < created;
    }
    case 'since': {
      const { created = 0 } = imageNamed(value, facts.images);
      return (image) => (image.created ?? 0) > created;
    }
    default:
      throw new Error(`not a filter of images: ${key}`);
  }
}

function danglingFilter(value: string): AcceptsImage {
  if (!/^(true|false|1|0)$/.test(value)) checkFilter({ key: 'dangling', value: '' }, ['dangling']);
  const wanted = value === 'true' || value === '1';
  return ({ references }) => (references.length === 0) === wanted;
}

function labelFilter(value: string): AcceptsImage {
  const [name = '', ...rest] = value.split('=');
  return ({ labels }) => {
    const found = labels[name];
    return found !== undefined && (rest.length === 0 || found === rest.join('='));
  };
}

/** Shorter prefixes are always names, never IDs. */
const SHORTEST_PREFIX = 4;

function imageNamed(text: string, images: readonly ImageSummary[]): ImageSummary {
  const digits = text.replace(/^sha256:/, '');
  const isId = /^[0-9a-f]+$/.test(digits) && digits.length >= SHORTEST_PREFIX;
  const found =
    images.find(({ references }) => references.includes(familiar(text))) ??
    (isId ? images.find(({ id }) => id.startsWith(`sha256:${digits}`)) : undefined);
  if (found !== undefined) return found;
  throw new AppError('IMAGE_NOT_FOUND', `image '${text}' is not in the local store`, {
    hint: 'run `lamina images` to list images',
  });
}

function familiar(text: string): string {
  try {
    const name = familiarName(parseReference(text));
    return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
  } catch (error) {
    if (error instanceof AppError) return text;
    throw error;
  }
}
