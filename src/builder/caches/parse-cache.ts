/** Parses values of `--cache-from` and `--cache-to`, before anything is built. */
import type { CacheSpec } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
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
import { maskedText } from './masked-spec.ts';
import { type ObjectAddress, type ObjectType, objectAddress } from './object-address.ts';

export type CacheLocation =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | { readonly kind: 'objects'; readonly address: ObjectAddress }
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
  /** Has defaults and credentials of object stores. */
  readonly env: Environment;
}

const TYPES = ['registry', 'local', 'inline', 's3', 'azblob', 'gha'] as const;
type CacheType = (typeof TYPES)[number];

/** BuildKit's attributes; a cache is always an OCI manifest here. */
const OF_NO_CONSEQUENCE = ['oci-mediatypes', 'image-manifest', 'oci-artifact'];

type Flag = '--cache-from' | '--cache-to';

/** @throws AppError CACHE_OPTION, REFERENCE_INVALID, DIGEST_INVALID */
export function parseCaches(options: CacheOptions): CachePlans {
  const { cacheFrom = [], cacheTo = [], buildArgs, env } = options;
  const sources = cacheFrom.map((spec) =>
    parse(spec, '--cache-from', (type, attributes) => importOf(type, attributes, env)),
  );
  const targets = cacheTo.map((spec) =>
    parse(spec, '--cache-to', (type, attributes) => exportOf(type, attributes, env)),
  );
  return {
    imports: sources.flatMap(({ plan }) => plan ?? []),
    exports: targets.flatMap(({ plan }) => (plan === 'inline' ? [] : (plan ?? []))),
    inline:
      isTrue(buildArgs?.BUILDKIT_INLINE_CACHE) || targets.some(({ plan }) => plan === 'inline'),
    warnings: [...sources, ...targets].flatMap(({ warnings }) => warnings),
  };
}

function parse<Plan>(
  spec: CacheSpec,
  flag: Flag,
  planOf: (type: CacheType, attributes: Attributes) => Plan | undefined,
): { readonly plan: Plan | undefined; readonly warnings: readonly Warning[] } {
  const type = typeOf(spec, flag);
  const attributes = new Attributes({
    ...{ attrs: spec.attrs, text: spec.text && maskedText(spec.text), flag },
    owner: `a cache of type ${type}`,
    codes: { wrong: 'CACHE_OPTION', ignored: 'CACHE_OPTION_IGNORED' },
  });
  attributes.passOver(OF_NO_CONSEQUENCE);
  const plan = planOf(type, attributes);
  const warnings = attributes.warnings();
  return { plan, warnings: plan === undefined ? [...warnings, outside(flag)] : warnings };
}

/** As in buildx: the same command works on a developer's machine. */
function outside(flag: Flag): Warning {
  return {
    code: 'CACHE_OPTION_IGNORED',
    message: `${flag} type=gha has no effect outside of GitHub Actions`,
    hint: 'it needs ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN, which GitHub gives to actions only',
  };
}

function importOf(
  type: CacheType,
  attributes: Attributes,
  env: Environment,
): CacheLocation | undefined {
  if (type === 'inline') {
    throw new AppError('CACHE_OPTION', 'import the cache in an image by the name of the image', {
      hint: '--cache-from type=registry,ref=NAME',
    });
  }
  if (type === 'registry') return registryOf(attributes, '--cache-from');
  if (type !== 'local') return objectsOf(type, attributes, env);
  const digest = attributes.text('digest');
  return {
    kind: 'local',
    directory: required(attributes, { type, key: 'src', flag: '--cache-from' }),
    tag: attributes.text('tag'),
    digest: digest === undefined ? undefined : parseDigest(digest),
    reset: false,
  };
}

function objectsOf(
  type: ObjectType,
  attributes: Attributes,
  env: Environment,
): CacheLocation | undefined {
  const address = objectAddress(type, attributes, env);
  return address && { kind: 'objects', address };
}

function exportOf(
  type: CacheType,
  attributes: Attributes,
  env: Environment,
): CacheExportPlan | 'inline' | undefined {
  const plan = {
    mode: attributes.choice('mode', ['min', 'max']) ?? 'min',
    encoding: layerEncoding(attributes),
    mounts: attributes.flag('mounts') ?? false,
    ignoresErrors: attributes.flag('ignore-error') ?? true,
  };
  if (type === 'inline') return 'inline';
  const location = targetOf(type, attributes, env);
  return location && { location, ...plan };
}

function targetOf(
  type: Exclude<CacheType, 'inline'>,
  attributes: Attributes,
  env: Environment,
): CacheLocation | undefined {
  if (type === 'registry') return registryOf(attributes, '--cache-to');
  if (type !== 'local') return objectsOf(type, attributes, env);
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
    hint: near === undefined ? undefined : `did you mean type=${near}?`,
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
