/** Parses values of `--cache-from` and `--cache-to`, before anything is built. */
import type { CacheSpec } from '../../api/index.ts';
import { AppError, type Warning } from '../../errors.ts';
import type { LayerEncoding } from '../../image/index.ts';
import { nearestName } from '../../nearest-name.ts';
import {
  type Digest,
  parseDigest,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../oci/index.ts';
import { Attributes } from '../attributes/attributes.ts';
import { layerEncoding } from '../attributes/encoding-attributes.ts';

export type CacheLocation =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | {
      readonly kind: 'local';
      readonly directory: string;
      readonly tag: string | undefined;
      readonly digest: Digest | undefined;
      readonly reset: boolean;
    };

export interface CacheExportPlan {
  readonly location: CacheLocation;
  readonly mode: 'min' | 'max';
  readonly encoding: LayerEncoding;
  /** Cache mounts too. */
  readonly mounts: boolean;
  /** Whether a failure is only a warning. */
  readonly ignoresErrors: boolean;
}

export interface CachePlans {
  readonly imports: readonly CacheLocation[];
  readonly exports: readonly CacheExportPlan[];
  /** The cache is in the image config. */
  readonly inline: boolean;
  readonly warnings: readonly Warning[];
}

export interface CacheOptions {
  readonly cacheFrom?: readonly CacheSpec[] | undefined;
  readonly cacheTo?: readonly CacheSpec[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
}

const TYPES = ['registry', 'local', 'inline'] as const;
type CacheType = (typeof TYPES)[number];
/** BuildKit's types that lamina does not support yet. */
const OTHER_TYPES = ['gha', 's3', 'azblob'];

/** BuildKit's attributes; a cache is always an OCI manifest here. */
const OF_NO_CONSEQUENCE = ['oci-mediatypes', 'image-manifest', 'oci-artifact'];

type Flag = '--cache-from' | '--cache-to';

/** @throws AppError CACHE_OPTION, REFERENCE_INVALID, DIGEST_INVALID */
export function parseCaches({ cacheFrom = [], cacheTo = [], buildArgs }: CacheOptions): CachePlans {
  const sources = cacheFrom.map((spec) => parse(spec, '--cache-from', importOf));
  const targets = cacheTo.map((spec) => parse(spec, '--cache-to', exportOf));
  return {
    imports: sources.map(({ plan }) => plan),
    exports: targets.flatMap(({ plan }) => (plan === 'inline' ? [] : [plan])),
    inline:
      isTrue(buildArgs?.BUILDKIT_INLINE_CACHE) || targets.some(({ plan }) => plan === 'inline'),
    warnings: [...sources, ...targets].flatMap(({ warnings }) => warnings),
  };
}

function parse<Plan>(
  spec: CacheSpec,
  flag: Flag,
  planOf: (type: CacheType, attributes: Attributes) => Plan,
): { readonly plan: Plan; readonly warnings: readonly Warning[] } {
  const type = typeOf(spec, flag);
  const attributes = new Attributes({
    ...{ attrs: spec.attrs, text: spec.text, flag },
    owner: `a cache of type ${type}`,
    codes: { wrong: 'CACHE_OPTION', ignored: 'CACHE_OPTION_IGNORED' },
  });
  attributes.passOver(OF_NO_CONSEQUENCE);
  const plan = planOf(type, attributes);
  return { plan, warnings: attributes.warnings() };
}

function importOf(type: CacheType, attributes: Attributes): CacheLocation {
  if (type === 'inline') {
    throw new AppError('CACHE_OPTION', 'import the cache in an image by the name of the image', {
      hint: '--cache-from type=registry,ref=NAME',
    });
  }
  if (type === 'registry') return registryOf(attributes, '--cache-from');
  const digest = attributes.text('digest');
  return {
    kind: 'local',
    directory: required(attributes, { type, key: 'src', flag: '--cache-from' }),
    tag: attributes.text('tag'),
    digest: digest === undefined ? undefined : parseDigest(digest),
    reset: false,
  };
}

function exportOf(type: CacheType, attributes: Attributes): CacheExportPlan | 'inline' {
  const plan = {
    mode: attributes.choice('mode', ['min', 'max']) ?? 'min',
    encoding: layerEncoding(attributes),
    mounts: attributes.flag('mounts') ?? false,
    ignoresErrors: attributes.flag('ignore-error') ?? true,
  };
  return type === 'inline' ? 'inline' : { location: targetOf(type, attributes), ...plan };
}

function targetOf(type: Exclude<CacheType, 'inline'>, attributes: Attributes): CacheLocation {
  if (type === 'registry') return registryOf(attributes, '--cache-to');
  return {
    kind: 'local',
    directory: required(attributes, { type, key: 'dest', flag: '--cache-to' }),
    tag: attributes.text('tag'),
    digest: undefined,
    reset: attributes.flag('reset') ?? false,
  };
}

function registryOf(attributes: Attributes, flag: Flag): CacheLocation {
  const text = required(attributes, { type: 'registry', key: 'ref', flag });
  return { kind: 'registry', reference: withDefaultTag(parseReference(text)) };
}

function typeOf({ type }: CacheSpec, flag: Flag): CacheType {
  const known = TYPES.find((one) => one === type);
  if (known !== undefined) return known;
  const near = nearestName(type, TYPES);
  throw new AppError('CACHE_OPTION', `${flag}: unknown cache type '${type}'`, {
    expected: `type=${TYPES.join('|')}`,
    hint: OTHER_TYPES.includes(type)
      ? 'lamina does not support this type yet: use a registry, or a directory that your CI keeps'
      : near === undefined
        ? undefined
        : `did you mean type=${near}?`,
  });
}

interface Required {
  readonly type: CacheType;
  readonly key: 'ref' | 'src' | 'dest';
  readonly flag: Flag;
}

function required(attributes: Attributes, { type, key, flag }: Required): string {
  const value = attributes.text(key);
  if (value !== undefined && value !== '') return value;
  throw new AppError('CACHE_OPTION', `${flag}: a cache of type ${type} needs ${key}=`, {
    hint: `${flag} type=${type},${key}=${key === 'ref' ? 'HOST/REPOSITORY:TAG' : 'DIRECTORY'}`,
  });
}

/** Go's notation of booleans, as in build arguments. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && /^(?:1|t|true)$/i.test(text);
}
