import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { MEDIA_TYPES } from '../../oci/index.ts';
import { type ArchiveFile, smallFile } from '../archive/archive-files.ts';
import { layoutDirectory } from './layout-destination.ts';

const BLOB = 'blobs/sha256/aa';
const broken: ArchiveFile = {
  name: 'blobs/sha256/bb',
  size: 3,
  async *read() {
    yield Buffer.from('a');
    throw new Error('the power went');
  },
};
async function write(directory: string, more: readonly ArchiveFile[] = []): Promise<void> {
  const layout = layoutDirectory(directory);
  for (const file of [smallFile(BLOB, Buffer.from('abc')), ...more]) await layout.putFile(file);
  await layout.commit([]);
}

const contentOf = (directory: string, name: string) => readFile(join(directory, name), 'utf8');

describe('a layout', () => {
  it('that somebody stopped filling is taken up again', async () => {
    const directory = temporaryDirectory('layout');
    await expect(write(directory, [broken])).rejects.toThrow('the power went');
    await expect(contentOf(directory, 'index.json')).rejects.toThrow('ENOENT');
    await write(directory);
    expect(await contentOf(directory, BLOB)).toBe('abc');
    expect(JSON.parse(await contentOf(directory, 'index.json'))).toEqual({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [],
    });
  });

  it('is never written through links in it', async () => {
    const outside = temporaryDirectory('outside');
    const directory = temporaryDirectory('layout');
    await write(directory);
    for (const [link, at] of [
      ['mark', 'oci-layout'],
      ['index', 'index.json'],
    ] as const) {
      await writeFile(join(outside, link), 'untouched');
      await writeFile(join(directory, at), '');
      await symlink(join(outside, link), join(directory, `${at}.new`));
      await rename(join(directory, `${at}.new`), join(directory, at));
    }
    await expect(write(directory)).rejects.toThrow();
    await rm(join(directory, 'index.json'));
    await write(directory);
    expect(await contentOf(outside, 'mark')).toBe('untouched');

    const other = temporaryDirectory('layout');
    await writeFile(join(other, 'oci-layout'), '');
    await symlink(outside, join(other, 'blobs'));
    await expect(write(other)).rejects.toThrow(
      expect.objectContaining({ code: 'EXPORT_DESTINATION' }),
    );
    expect((await readdir(outside)).sort()).toEqual(['index', 'mark']);
    expect(await contentOf(outside, 'index')).toBe('untouched');
  });

  it('is not made of a directory with other things', async () => {
    const directory = temporaryDirectory('layout');
    await mkdir(join(directory, 'blobs'));
    await writeFile(join(directory, 'notes'), '');
    await expect(write(directory)).rejects.toThrow(
      expect.objectContaining({ code: 'EXPORT_DESTINATION' }),
    );
  });
});
