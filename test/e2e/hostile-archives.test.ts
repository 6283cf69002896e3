/** Archives and images that are made to do harm: small on disk, each refused at the door or kept within bounds. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dockerMembers,
  json,
  type MemberSketch,
  sha256,
  tarOfMembers,
} from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

/** An image archive with this layer. */
function imageOf(layer: Buffer): Buffer {
  const rootfs = { type: 'layers', diff_ids: [sha256(layer)] };
  const config = json({ architecture: 'amd64', os: 'linux', rootfs });
  return tarOfMembers([
    ...dockerMembers({ Config: 'c.json', Layers: ['layer.tar'] }),
    { path: 'c.json', content: config },
    { path: 'layer.tar', content: layer },
  ]);
}

const attributes = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`user.a${n}`, 'v']));

describe('an entry that no file system can hold', () => {
  it.each<[string, MemberSketch]>([
    ['2,000 extended attributes', { path: 'f', xattrs: attributes }],
    ['a path of 20,000 parts', { path: Array(20_000).fill('a').join('/') }],
    ['a name of 300 bytes', { path: 'n'.repeat(300) }],
  ])('(%s) is refused by load and ADD with one code', async (_what, member) => {
    const layer = tarOfMembers([member]);
    const files = { Dockerfile: 'FROM scratch\nADD layer.tar /\n', 'layer.tar': layer };
    const project = bench.project({ ...files, 'image.tar': imageOf(layer) });
    for (const args of [
      ['load', '-i', join(project, 'image.tar')],
      ['build', project],
    ]) {
      const refused = await bench.lamina(args);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('ENTRY_UNSTORABLE');
    }
    expect((await bench.succeed(['images', '-q'])).stdout).toBe('');
  });

  it.each([
    ['COPY file', `COPY file /${'n'.repeat(300)}`],
    ['COPY below it', `COPY file /${'n'.repeat(300)}/file`],
    ['WORKDIR', `WORKDIR /${'n'.repeat(300)}`],
    ['ADD below a long path', `ADD inner.tar /${'d/'.repeat(1000)}`],
  ])('is not made by %s either', async (_what, instruction) => {
    const inner = tarOfMembers([{ path: `${'e/'.repeat(1500)}f`, content: '' }]);
    const Dockerfile = `FROM scratch\n${instruction}\n`;
    const project = bench.project({ Dockerfile, file: 'x', 'inner.tar': inner });
    const refused = await bench.lamina(['build', project]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('ENTRY_UNSTORABLE');
    expect(refused.stderr).toContain('Dockerfile:2');
  });
});
