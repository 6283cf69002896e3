import { describe, expect, it } from 'vitest';
import { recordOf, stepOf } from '../../test/support/build-records.ts';
import { decodeRecord, isNoRecord } from './decode.ts';
import { decodeFileList, encodeFileList, isListedDigest } from './file-list.ts';

const WHOLE = recordOf([stepOf('one'), stepOf('two', { inputs: [0] })]);
const text = (record: object) => JSON.stringify(record);
const withStep = (parts: object) => text(recordOf([{ ...stepOf('one'), ...parts }]));

describe('a record', () => {
  it('of this version is read', () => {
    expect(decodeRecord('a', text(WHOLE))).toEqual(WHOLE);
    expect(isNoRecord('a', text(WHOLE))).toBe(false);
  });

  it('of before Dockerfiles were kept is read', () => {
    const { dockerfileText, ...older } = WHOLE;
    expect(decodeRecord('a', text(older)).dockerfileText).toBe(null);
  });

  it.each([
    ['of another version', text({ ...WHOLE, version: 2 }), 'BUILD_RECORD_VERSION'],
    ['that ends early', text(WHOLE).slice(0, -9), 'BUILD_RECORD_DAMAGED'],
    ['that is no object', '7', 'BUILD_RECORD_DAMAGED'],
    ['that is empty', '', 'BUILD_RECORD_DAMAGED'],
    ['without steps', text({ ...WHOLE, steps: 1 }), 'BUILD_RECORD_DAMAGED'],
    ['of another build', text({ ...WHOLE, id: 'b' }), 'BUILD_RECORD_DAMAGED'],
    ['with half a step', withStep({ name: undefined }), 'BUILD_RECORD_DAMAGED'],
    ['whose step needs one that is not there', withStep({ inputs: [7] }), 'BUILD_RECORD_DAMAGED'],
    ['whose step needs itself', withStep({ inputs: [0] }), 'BUILD_RECORD_DAMAGED'],
    ['of an outcome that is none', text({ ...WHOLE, outcome: 'x' }), 'BUILD_RECORD_DAMAGED'],
  ])('%s is refused', (_, bad, code) => {
    expect(() => decodeRecord('a', bad)).toThrow(expect.objectContaining({ code }));
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
    const [read] = decodeFileList(encodeFileList([file])) ?? [];
    expect(read).toEqual({ ...file, digest: digest.slice(-64, -40) });
    expect(isListedDigest(read?.digest ?? '', digest)).toBe(true);
    expect(isListedDigest(read?.digest ?? '', digest.replaceAll('0', '1'))).toBe(false);
  });

  it('says that there were too many files, which is not the same as none', () => {
    const many = encodeFileList(Array.from({ length: 200_001 }, () => file));
    expect(many.length).toBeLessThan(100);
    expect(decodeFileList(many)).toBeUndefined();
    expect(decodeFileList(encodeFileList([]))).toEqual([]);
  });
});
