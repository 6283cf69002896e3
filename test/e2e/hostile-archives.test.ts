/** Archives and images that are made to do harm: small on disk, each refused at the door or kept within bounds. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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

describe('a sparse file of an archive', () => {
  const SIZE = 300 << 20;

  /** A tar of a few kilobytes with a file of the claimed size and four bytes in it. */
  function sparseTar(size: number): Buffer {
    const big = join(bench.directory, 'big');
    const fd = openSync(big, 'w');
    ftruncateSync(fd, size);
    writeSync(fd, 'data', 100 << 20);
    closeSync(fd);
    const tar = execFileSync('tar', [
      '-C',
      bench.directory,
      '-S',
      '--sparse-version=1.0',
      '-H',
      'pax',
      '-c',
      'big',
    ]);
    rmSync(big);
    return tar;
  }

  const diskSize = (path: string) => statSync(path).blocks * 512;

  it('has its holes in the store, in directories and in files', async () => {
    const layer = sparseTar(SIZE);
    expect(layer.length).toBeLessThan(50_000);
    const project = bench.project({
      Dockerfile: 'FROM scratch AS added\nADD big.tar /\nFROM demo:1 AS loaded\n',
      'big.tar': layer,
      'image.tar': imageOf(layer),
    });
    await bench.succeed(['load', '-i', join(project, 'image.tar')]);
    for (const target of ['added', 'loaded']) {
      const out = join(bench.directory, target);
      const outputs = ['-o', out, '-o', `type=tar,dest=${out}.tar`];
      await bench.succeed(['build', `--target=${target}`, ...outputs, project]);
      expect(statSync(join(out, 'big')).size).toBe(SIZE);
      expect(diskSize(join(out, 'big'))).toBeLessThan(1 << 20);
      expect(statSync(`${out}.tar`).size).toBeGreaterThan(SIZE);
      expect(diskSize(`${out}.tar`)).toBeLessThan(4 << 20);
      const inTar = execFileSync('bash', [
        '-c',
        `tar -xOf ${out}.tar big | cmp - ${out}/big && echo same`,
      ]);
      expect(inTar.toString()).toBe('same\n');
      const found = Buffer.alloc(6);
      const fd = openSync(join(out, 'big'), 'r');
      readSync(fd, found, 0, 6, (100 << 20) - 1);
      closeSync(fd);
      expect(found.toString()).toBe('\0data\0');
    }
    const used = execFileSync('du', ['-s', '--block-size=1', bench.store]).toString();
    expect(Number.parseInt(used, 10)).toBeLessThan(16 << 20);
  });

  it('may not be larger than the free disk, unless that is allowed', async () => {
    const layer = sparseTar(2 ** 43);
    const files = { Dockerfile: 'FROM scratch\nADD layer.tar /\n', 'layer.tar': layer };
    const project = bench.project({ ...files, 'image.tar': imageOf(layer) });
    const load = ['load', '-i', join(project, 'image.tar')];
    for (const args of [load, ['build', project]]) {
      const refused = await bench.lamina(args);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('nine tenths of the free disk space');
      expect(refused.stderr).toContain('ARCHIVE_TOO_LARGE');
    }
    await bench.succeed(load, { env: { LAMINA_UNPACK_LIMIT: 'none' } });
  });
});

describe('a layer of very many entries', () => {
  it('needs a few hundred bytes of memory for each', async () => {
    const entries = Array.from({ length: 200_000 }, (_, n) => ({
      path: `usr/share/directory-${n % 500}/some-file-${n}`,
    }));
    const project = bench.project({ 'image.tar.gz': gzipSync(imageOf(tarOfMembers(entries))) });
    const env = { NODE_OPTIONS: '--max-old-space-size=150' };
    await bench.succeed(['load', '-i', join(project, 'image.tar.gz')], { env });
  });
});

describe('a compressed archive that unpacks to much more than it is', () => {
  it('is refused when it passes the limit, and leaves nothing behind', async () => {
    const layer = tarOfMembers([{ path: 'zeros', content: Buffer.alloc(50 << 20) }]);
    const project = bench.project({
      Dockerfile: 'FROM scratch\nADD layer.tar.gz /\n',
      'layer.tar.gz': gzipSync(layer),
      'image.tar.gz': gzipSync(imageOf(layer)),
    });
    const env = { LAMINA_UNPACK_LIMIT: '20m' };
    for (const args of [
      ['load', '-i', join(project, 'image.tar.gz')],
      ['build', project],
    ]) {
      const refused = await bench.lamina(args, { env });
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('what LAMINA_UNPACK_LIMIT allows');
    }
    const used = execFileSync('du', ['-s', '--block-size=1', bench.store]).toString();
    expect(Number.parseInt(used, 10)).toBeLessThan(5 << 20);
  });
});
