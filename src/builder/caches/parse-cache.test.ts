import { expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { parseCaches } from './parse-cache.ts';

/** As on the command line. */
function spec(text: string) {
  const pairs = text.split(',').map((field): [string, string] => {
    const [key = '', ...value] = field.split('=');
    return [key, value.join('=')];
  });
  const { type = 'registry', ...attrs } = Object.fromEntries(pairs);
  return { type, attrs, text };
}

const exported = (text: string) => parseCaches({ cacheTo: [spec(text)], env: {} });

function failure(text: string): AppError {
  try {
    exported(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

it('is a cache of the image’s own layers whose export may fail, when nothing else is said', () => {
  const { exports, warnings } = exported('type=local,dest=d');
  expect(exports).toMatchObject([
    { mode: 'min', encoding: { compression: 'gzip' }, mounts: false, ignoresErrors: true },
  ]);
  expect(warnings).toEqual([]);
});

it('takes BuildKit’s attributes', () => {
  const compression = 'compression=zstd,compression-level=22,force-compression=true';
  const form = 'oci-mediatypes=true,image-manifest=true';
  const text = `type=registry,ref=r.io/a,mode=max,ignore-error=0,mounts=,${compression},${form}`;
  const { exports, warnings } = exported(text);
  expect(exports).toMatchObject([
    {
      mode: 'max',
      encoding: { compression: 'zstd', level: 22, force: true },
      mounts: true,
      ignoresErrors: false,
    },
  ]);
  expect(warnings).toEqual([]);
});

it.each([
  ['mounts=yes', 'mounts=true or mounts=false'],
  ['ignore-error=maybe', 'ignore-error=true or ignore-error=false'],
  ['mode=all', 'min, max'],
  ['compression=lz4', 'gzip, zstd, estargz, uncompressed'],
  ['compression-level=22', 'a whole number from 0 to 9'],
])('refuses %s', (attribute, expected) => {
  const error = failure(`type=local,dest=d,${attribute}`);
  expect(error.code).toBe('CACHE_OPTION');
  expect(error.expected).toBe(expected);
  const { location } = error;
  expect(location?.text.slice(location.range.start.offset)).toBe(attribute);
});

it('warns of what means nothing', () => {
  const { warnings } = exported('type=inline,mod=max');
  expect(warnings).toMatchObject([{ code: 'CACHE_OPTION_IGNORED', hint: 'did you mean mode?' }]);
  const { warnings: others } = parseCaches({
    cacheFrom: [spec('type=local,src=d,mode=max')],
    env: {},
  });
  expect(others).toMatchObject([{ code: 'CACHE_OPTION_IGNORED' }]);
});
