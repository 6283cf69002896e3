/** Attributes of caches in object stores, as BuildKit and buildx take them, with defaults from the environment. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { parseDuration } from '../../dockerfile/index.ts';
import type { Environment } from '../../environment.ts';
import { type Credentials, credentialsOf, type ObjectLocation } from '../../objects/index.ts';
import type { Attributes } from '../attributes/attributes.ts';
import { actionsScopes } from './actions-token.ts';

export interface ObjectAddress {
  readonly location: ObjectLocation;
  /** Keys of the document that describes the cache, tried in order. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly credentials: Credentials;
  /** For messages. */
  readonly name: string;
  /** For a builder, which does not have this machine's environment. */
  readonly passed: Readonly<Record<string, string>>;
}

export type ObjectType = ObjectLocation['type'];

/** Attributes that are never shown, stored or recorded. */
export const SECRET_ATTRIBUTES = [
  ...['access_key_id', 'secret_access_key', 'session_token', 'token', 'ghtoken'],
];

/** How a server is spoken to: lamina decides by itself. */
const OF_TRANSPORT = [
  ...['upload_parallelism', 'disable_accept_encoding', 'retry_mode', 'retry_max_attempts'],
  ...['timeout', 'repository', 'ghtoken', 'version'],
];

/** @returns undefined for a cache that is not there on this machine @throws AppError CACHE_OPTION */
export function objectAddress(
  type: ObjectType,
  attributes: Attributes,
  env: Environment,
): ObjectAddress | undefined {
  attributes.passOver(OF_TRANSPORT);
  if (type === 's3') return bucketOf(attributes, env);
  if (type === 'azblob') return containerOf(attributes, env);
  return actionsOf(attributes, env);
}

function bucketOf(attributes: Attributes, env: Environment): ObjectAddress {
  const needed = (key: string, variable: string, example: string) => {
    const value = attributes.text(key) ?? env[variable];
    if (value !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) return value;
    throw attributes.fault(key, `a cache of type s3 needs ${key}=`, {
      expected: `${key}=${example}, or the variable ${variable}`,
    });
  };
  const bucket = needed('bucket', 'AWS_BUCKET', 'NAME');
  const region = needed('region', 'AWS_REGION', 'us-east-1');
  const prefix = attributes.text('prefix') ?? '';
  const manifests = attributes.text('manifests_prefix') ?? 'manifests/';
  const blobs = attributes.text('blobs_prefix') ?? 'blobs/';
  const names = namesOf(attributes).map((name) => `${prefix}${manifests}${name}`);
  const endpoint = addressOf(attributes, 'endpoint_url', attributes.text('endpoint_url'));
  const isPath = attributes.flag('use_path_style') ?? false;
  const refresh = attributes.text('touch_refresh');
  const touch = refresh === undefined ? undefined : parseDuration(refresh);
  if (refresh !== undefined && touch === undefined) {
    throw attributes.fault('touch_refresh', `touch_refresh must be a duration, not '${refresh}'`, {
      expected: '24h',
    });
  }
  const credentials = credentialsIn(attributes, 's3', env, [
    ...['access_key_id', 'secret_access_key', 'session_token'],
  ]);
  return {
    location: {
      kind: 'objects',
      type: 's3',
      attrs: {
        ...{ bucket, region, blobs: `${prefix}${blobs}`, use_path_style: String(isPath) },
        ...(endpoint !== undefined && { endpoint_url: endpoint }),
        ...(touch !== undefined && { touch_ms: String(touch / 1e6) }),
      },
    },
    reads: names.slice(0, 1),
    writes: names,
    credentials,
    name: `s3://${bucket}/${names[0] ?? ''}`,
    passed: { bucket, region, ...credentials },
  };
}

function containerOf(attributes: Attributes, env: Environment): ObjectAddress {
  const url = addressOf(
    attributes,
    'account_url',
    attributes.text('account_url') ?? env.BUILDKIT_AZURE_STORAGE_ACCOUNT_URL,
  );
  if (url === undefined) {
    throw attributes.fault('account_url', 'a cache of type azblob needs account_url=', {
      expected:
        'account_url=https://ACCOUNT.blob.core.windows.net, or the variable BUILDKIT_AZURE_STORAGE_ACCOUNT_URL',
    });
  }
  const account =
    attributes.text('account_name') ??
    env.BUILDKIT_AZURE_STORAGE_ACCOUNT_NAME ??
    new URL(url).hostname.split('.')[0] ??
    '';
  const container =
    attributes.text('container') ?? env.BUILDKIT_AZURE_STORAGE_CONTAINER ?? 'buildkit-cache';
  if (!/^[a-z0-9-]{3,63}$/.test(container)) {
    throw attributes.fault('container', `'${container}' cannot be the name of a container`, {
      expected: '3 to 63 lower-case letters, digits and hyphens',
    });
  }
  const prefix = attributes.text('prefix') ?? env.BUILDKIT_AZURE_STORAGE_PREFIX ?? '';
  const manifests = attributes.text('manifests_prefix') ?? 'manifests';
  const blobs = attributes.text('blobs_prefix') ?? 'blobs';
  const names = namesOf(attributes).map((name) => posix.join(prefix, manifests, name));
  const credentials = credentialsIn(attributes, 'azblob', env, ['secret_access_key']);
  return {
    location: {
      kind: 'objects',
      type: 'azblob',
      attrs: {
        ...{ account_url: url, account_name: account, container },
        blobs: `${posix.join(prefix, blobs)}/`,
      },
    },
    reads: names,
    writes: names,
    credentials,
    name: `${container}/${names[0] ?? ''} of ${new URL(url).host}`,
    passed: { account_url: url, account_name: account, container, prefix, ...credentials },
  };
}

function actionsOf(attributes: Attributes, env: Environment): ObjectAddress | undefined {
  attributes.passOver(['url']);
  const scope = attributes.text('scope') ?? 'buildkit';
  const url = addressOf(attributes, 'url_v2', attributes.text('url_v2') ?? env.ACTIONS_RESULTS_URL);
  const credentials = credentialsIn(attributes, 'gha', env, ['token']);
  const { token } = credentials;
  if (url === undefined || token === undefined) return undefined;
  const scopes = actionsScopes(token);
  if (scopes === undefined) {
    throw attributes.fault('token', 'the token is not one of GitHub Actions', {
      expected: 'the value of ACTIONS_RUNTIME_TOKEN in an action',
    });
  }
  const keyOf = (name: string) =>
    `index-${scope}-1-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  const writable = scopes.filter(({ writes }) => writes).map(({ name }) => name);
  return {
    location: { kind: 'objects', type: 'gha', attrs: { url, blobs: 'buildkit-blob-1-' } },
    reads: scopes.map(({ name }) => keyOf(name)),
    writes: writable.slice(-1).map(keyOf),
    credentials,
    name: `the scope ${scope} of the Actions cache`,
    passed: { url_v2: url, version: '2', ...credentials },
  };
}

function namesOf(attributes: Attributes): readonly string[] {
  return (attributes.text('name') ?? 'buildkit').split(';');
}

function credentialsIn(
  attributes: Attributes,
  type: ObjectType,
  env: Environment,
  keys: readonly string[],
): Credentials {
  const given = keys.flatMap((key) => {
    const value = attributes.text(key);
    return value === undefined || value === '' ? [] : [[key, value] as const];
  });
  return given.length > 0 ? Object.fromEntries(given) : credentialsOf({ type }, env);
}

/** Without anything secret in it: the store remembers where blobs are. */
function addressOf(
  attributes: Attributes,
  key: string,
  text: string | undefined,
): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '';
  if (url !== undefined && /^https?:$/.test(url.protocol) && isPlain) return text;
  throw attributes.fault(key, `${key} is not a usable address`, {
    expected: 'http:// or https:// with a host, without credentials and without a query',
  });
}
