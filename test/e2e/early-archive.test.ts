/** Archives of Docker before 1.10, which have neither a `manifest.json` nor configs. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLamina } from '../../src/index.ts';
import { json, tarOfMembers } from '../support/archives.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const directory = temporaryDirectory('early');
const lamina = createLamina({ root: join(directory, 'store') });
const idOf = (index: number) => createHash('sha256').update(`${index}`).digest('hex');

/** @param parents index of the layer below each, bottom first; undefined: none */
function archiveOf(name: string, parents: readonly (number | undefined)[]): string {
  const layers = parents.map((below, index) => ({
    id: idOf(index),
    document: {
      id: idOf(index),
      ...(below !== undefined && { parent: idOf(below) }),
      ...{ created: `2015-0${index + 1}-01T00:00:00Z`, architecture: 'arm64', os: 'linux' },
      container_config: { Cmd: ['/bin/sh', '-c', `#(nop) ADD file-${index}`] },
      config: { User: 'web' },
    },
    tar: tarOfMembers([{ path: `file-${index}`, content: Buffer.alloc(10 * (index + 1), 'x') }]),
  }));
  const path = join(directory, name);
  const repositories = json({ shop: { old: idOf(parents.length - 1) } });
  writeFileSync(
    path,
    tarOfMembers([
      { path: 'repositories', content: repositories },
      ...layers.flatMap(({ id, document, tar }) => [
        { path: `${id}/VERSION`, content: '1.0' },
        { path: `${id}/json`, content: json(document) },
        { path: `${id}/layer.tar`, content: tar },
      ]),
    ]),
  );
  return path;
}

it('are images with the layers that their documents name', async () => {
  const path = archiveOf('whole.tar', [undefined, 0]);
  for (const image of [`docker-archive:${path}`, `docker-archive:${path}:shop:old`]) {
    const report = await lamina.reportImage({ image });
    expect(report.image).toMatchObject({
      ...{ names: ['shop:old'], platform: 'linux/arm64', user: 'web' },
      created: '2015-02-01T00:00:00Z',
    });
    expect(report.layers.map(({ instruction, unpacked }) => [instruction, unpacked])).toEqual([
      ['ADD file-0', 10],
      ['ADD file-1', 20],
    ]);
  }
});

it('whose layers go round in a circle are refused', async () => {
  const image = `docker-archive:${archiveOf('circle.tar', [1, 0])}`;
  await expect(lamina.reportImage({ image })).rejects.toMatchObject({
    code: 'ARCHIVE_BAD_DOCUMENT',
    expected: 'at most 1000 layers',
  });
});

it('that have no document of a layer are refused', async () => {
  const image = `docker-archive:${archiveOf('part.tar', [7])}`;
  await expect(lamina.reportImage({ image })).rejects.toMatchObject({
    code: 'ARCHIVE_MEMBER_MISSING',
  });
});
