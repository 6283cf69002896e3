import { describe, expect, it } from 'vitest';
import { decodeRecord } from './decode.ts';
import { decodeFileList, encodeFileList, isListedDigest } from './file-list.ts';

const WHOLE = {
  ...{ id: 'a', version: 1, dockerfileText: 'FROM scratch\n' },
  ...{ steps: [], variables: [], stages: [], images: [], work: [] },
};

describe('a record', () => {
  it('of this version is read', () => {
    expect(decodeRecord('a', JSON.stringify(WHOLE))).toEqual(WHOLE);
  });

  it('of before Dockerfiles were kept is read', () => {
    const { dockerfileText, ...older } = WHOLE;
    expect(decodeRecord('a', JSON.stringify(older)).dockerfileText).toBe(null);
  });

  it.each([
    ['of another version', JSON.stringify({ ...WHOLE, version: 2 }), 'BUILD_RECORD_VERSION'],
    ['that ends early', JSON.stringify(WHOLE).slice(0, -9), 'BUILD_RECORD_DAMAGED'],
    ['that is no object', '7', 'BUILD_RECORD_DAMAGED'],
    ['without steps', JSON.stringify({ ...WHOLE, steps: 1 }), 'BUILD_RECORD_DAMAGED'],
    ['of another build', JSON.stringify({ ...WHOLE, id: 'b' }), 'BUILD_RECORD_DAMAGED'],
  ])('%s is refused', (_, text, code) => {
    expect(() => decodeRecord('a', text)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a list of files', () => {
  const digest = `sha512-256:${'0123456789abcdef'.repeat(4)}`;
  const file = {
    type: 'file',
    mode: 0o4755,
    uid: 1,
    gid: 2,
    size: 3,
    digest,
    path: 'a b\n\\x20\xff',
  };

  it('keeps names of any bytes, and enough of each digest', () => {
    const [read] = decodeFileList(encodeFileList([file]) ?? '');
    expect(read).toEqual({ ...file, digest: digest.slice(-64, -40) });
    expect(isListedDigest(read?.digest ?? '', digest)).toBe(true);
    expect(isListedDigest(read?.digest ?? '', digest.replaceAll('0', '1'))).toBe(false);
  });
});
