/** From what was written behind `--cache-from` and `--cache-to` to what is to be done; checked before anything is built. */

import type { CacheSpec } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import type { Compression, LayerEncoding } from '../../export/index.ts';
import { nearestName } from '../../nearest-name.ts';
import {
  type Digest,
  parseDigest,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../oci/index.ts';

export type CachePlace =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | {
      readonly kind: 'local';
      readonly directory: string;
      readonly tag: string | undefined;
      readonly digest: Digest | undefined;
      readonly reset: boolean;
    };

export interface CacheExportPlan {
  readonly place: CachePlace;
  readonly mode: 'min' | 'max';
  readonly encoding: LayerEncoding;
  /** Cache mounts too. */
  readonly mounts: boolean;
  /** Whether a failure is only a warning. */
  readonly ignoresErrors: boolean;
}

export interface CachePlans {
  readonly imports: readonly CachePlace[];
  readonly exports: readonly CacheExportPlan[];
  /** The image itself says what its layers are the cache of. */
  readonly inline: boolean;
}

export interface CacheOptions {
  readonly cacheFrom?: readonly CacheSpec[] | undefined;
  readonly cacheTo?: readonly CacheSpec[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
}

const TYPES = ['registry', 'local', 'inline'] as const;
/** BuildKit's, which are not there yet. */
const OTHER_TYPES = ['gha', 's3', 'azblob'];
const COMPRESSIONS: readonly Compression[] = ['gzip', 'zstd', 'estargz', 'uncompressed'];

/** @throws AppError CACHE_OPTION, REFERENCE_INVALID, DIGEST_INVALID */
export function parseCaches({ cacheFrom = [], cacheTo = [], buildArgs }: CacheOptions): CachePlans {
  const targets = cacheTo.map((spec) => ({ spec, type: typeOf(spec, '--cache-to') }));
  const isInline = isTrue(buildArgs?.BUILDKIT_INLINE_CACHE);
  return {
    imports: cacheFrom.map((spec) => sourceOf(spec)),
    exports: targets.flatMap(({ spec, type }) => (type === 'inline' ? [] : [targetOf(spec)])),
    inline: isInline || targets.some(({ type }) => type === 'inline'),
  };
}

function sourceOf(spec: CacheSpec): CachePlace {
  const type = typeOf(spec, '--cache-from');
  if (type === 'inline') {
    throw fault('--cache-from', "the cache in an image is read by the image's name", {
      hint: '--cache-from type=registry,ref=NAME',
    });
  }
  if (type === 'registry') return registryOf(spec, '--cache-from');
  const digest = spec.attrs.digest;
  return {
    kind: 'local',
    directory: required(spec, 'src', '--cache-from'),
    tag: spec.attrs.tag,
    digest: digest === undefined ? undefined : parseDigest(digest),
    reset: false,
  };
}

function targetOf(spec: CacheSpec): CacheExportPlan {
  const { attrs } = spec;
  const flag = '--cache-to';
  const place: CachePlace =
    spec.type === 'registry'
      ? registryOf(spec, flag)
      : {
          kind: 'local',
          directory: required(spec, 'dest', flag),
          tag: attrs.tag,
          digest: undefined,
          reset: isTrue(attrs.reset),
        };
  const compression = choice(attrs.compression ?? 'gzip', COMPRESSIONS, `${flag} compression`);
  const level = attrs['compression-level'];
  return {
    place,
    mode: choice(attrs.mode ?? 'min', ['min', 'max'] as const, `${flag} mode`),
    encoding: {
      compression,
      level: level === undefined ? undefined : wholeNumber(level),
      force: isTrue(attrs['force-compression']),
    },
    mounts: isTrue(attrs.mounts),
    ignoresErrors: attrs['ignore-error'] === undefined || isTrue(attrs['ignore-error']),
  };
}

function registryOf(spec: CacheSpec, flag: string): CachePlace {
  const reference = withDefaultTag(parseReference(required(spec, 'ref', flag)));
  return { kind: 'registry', reference };
}

function typeOf({ type }: CacheSpec, flag: string): (typeof TYPES)[number] {
  const known = TYPES.find((one) => one === type);
  if (known !== undefined) return known;
  const near = nearestName(type, TYPES);
  throw fault(flag, `there is no cache of type '${type}'`, {
    expected: `type=${TYPES.join('|')}`,
    hint: OTHER_TYPES.includes(type)
      ? 'lamina does not have this one yet: use a registry, or a directory that your CI keeps'
      : near === undefined
        ? undefined
        : `did you mean type=${near}?`,
  });
}

function required({ type, attrs }: CacheSpec, key: string, flag: string): string {
  const value = attrs[key];
  if (value !== undefined && value !== '') return value;
  throw fault(flag, `a cache of type ${type} needs ${key}=`, {
    hint: `${flag} type=${type},${key}=${key === 'ref' ? 'HOST/REPOSITORY:TAG' : 'DIRECTORY'}`,
  });
}

function choice<Value extends string>(text: string, values: readonly Value[], what: string): Value {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw fault(what, `there is no '${text}'`, { expected: values.join(', ') });
}

function wholeNumber(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw fault('--cache-to compression-level', `'${text}' is no level`, {
    expected: 'a whole number from 0 to 22',
  });
}

/** Go's notation; a key without a value says yes. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && /^(?:|1|t|true)$/i.test(text);
}

function fault(
  what: string,
  message: string,
  more: { readonly expected?: string | undefined; readonly hint?: string | undefined },
): AppError {
  return new AppError('CACHE_OPTION', `${what}: ${message}`, more);
}
