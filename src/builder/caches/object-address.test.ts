import { expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { maskedText, shownSpec } from './masked-spec.ts';
import { parseCaches } from './parse-cache.ts';

const KEY = 'canary-of-the-key';

function spec(text: string) {
  const pairs = text.split(',').map((field): [string, string] => {
    const [key = '', ...value] = field.split('=');
    return [key, value.join('=')];
  });
  const { type = '', ...attrs } = Object.fromEntries(pairs);
  return { type, attrs, text };
}

function imported(text: string, env = {}) {
  const [location] = parseCaches({ cacheFrom: [spec(text)], env }).imports;
  if (location?.kind !== 'objects') throw new Error('it is no object store');
  return location.address;
}

function failure(text: string, env = {}): AppError {
  try {
    parseCaches({ cacheFrom: [spec(text)], env });
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it was accepted');
}

it('finds a bucket where BuildKit does, and keeps its credentials apart', () => {
  const text = `type=s3,bucket=b,region=r,prefix=p/,name=one;two,secret_access_key=${KEY}`;
  const address = imported(text);
  expect(address.reads).toEqual(['p/manifests/one']);
  expect(address.writes).toEqual(['p/manifests/one', 'p/manifests/two']);
  expect(address.location.attrs).toMatchObject({ bucket: 'b', region: 'r', blobs: 'p/blobs/' });
  expect(JSON.stringify(address.location)).not.toContain(KEY);
  expect(address.passed).toMatchObject({ bucket: 'b', secret_access_key: KEY });
});

it('takes what is missing from the environment', () => {
  const env = {
    ...{ AWS_BUCKET: 'b', AWS_REGION: 'r', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: KEY },
    BUILDKIT_AZURE_STORAGE_ACCOUNT_URL: 'https://me.blob.core.windows.net',
    AZURE_STORAGE_KEY: KEY,
  };
  const passed = { access_key_id: 'id', secret_access_key: KEY };
  expect(imported('type=s3', env)).toMatchObject({ name: 's3://b/manifests/buildkit', passed });
  expect(imported('type=azblob', env)).toMatchObject({
    location: { attrs: { account_name: 'me', container: 'buildkit-cache', blobs: 'blobs/' } },
    reads: ['manifests/buildkit'],
    credentials: { secret_access_key: KEY },
  });
});

it('names the index of each branch that a token of GitHub Actions may read', () => {
  const scopes = [
    { Scope: 'refs/heads/topic', Permission: 3 },
    { Scope: 'refs/heads/main', Permission: 1 },
  ];
  const claims = Buffer.from(JSON.stringify({ ac: JSON.stringify(scopes) })).toString('base64url');
  const env = {
    ACTIONS_RESULTS_URL: 'https://cache.test/',
    ACTIONS_RUNTIME_TOKEN: `x.${claims}.x`,
  };
  const { reads, writes } = imported('type=gha,scope=app', env);
  expect(reads).toHaveLength(2);
  expect(writes).toEqual(reads.slice(0, 1));
  expect(reads[0]).toMatch(/^index-app-1-[0-9a-f]{8}$/);
  expect(failure('type=gha', { ...env, ACTIONS_RUNTIME_TOKEN: KEY }).message).not.toContain(KEY);
});

it.each([
  ['type=s3,region=r', 'bucket='],
  ['type=s3,bucket=b', 'region='],
  ['type=s3,bucket=../b,region=r', 'bucket='],
  ['type=s3,bucket=b,region=r,touch_refresh=soon', 'touch_refresh'],
  ['type=s3,bucket=b,region=r,endpoint_url=ftp://host', 'endpoint_url'],
  [`type=s3,bucket=b,region=r,endpoint_url=https://me:${KEY}@host`, 'endpoint_url'],
  ['type=azblob', 'account_url'],
  ['type=azblob,account_url=https://a.test,container=../x', 'container'],
  [`type=azblob,account_url=https://a.test?sig=${KEY}`, 'account_url'],
])('refuses %s', (text, part) => {
  const error = failure(text);
  expect(error.code).toBe('CACHE_OPTION');
  expect(`${error.message} ${error.expected}`).toContain(part);
  expect(error.message).not.toContain(KEY);
});

it('shows no credentials of an option, and keeps its columns', () => {
  const text = `type=s3,secret_access_key=${KEY},"session_token=${KEY},x",mode=max`;
  const shown = maskedText(text);
  expect(shown).toHaveLength(text.length);
  expect(shown).not.toContain(KEY);
  expect(shown.indexOf('mode=max')).toBe(text.indexOf('mode=max'));
  expect(shownSpec({ type: 's3', attrs: { token: KEY, bucket: 'b' } })).toBe(
    'type=s3,token=***,bucket=b',
  );
});
