import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeScratch, removeUnmounted } from './scratch.ts';

describe('makeScratch', () => {
  it('lets every user make files, but not remove those of others', async () => {
    const scratch = await makeScratch(undefined);
    expect((await stat(scratch)).mode & 0o7777).toBe(0o1777);
    await removeUnmounted(scratch);
  });
});

describe('removeUnmounted', () => {
  const tree = async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lamina test-'));
    await mkdir(join(directory, 'a b', 'shm'), { recursive: true });
    await writeFile(join(directory, 'a b', 'file'), 'x');
    return directory;
  };

  it('removes a directory with all in it', async () => {
    const directory = await tree();
    await removeUnmounted(directory);
    expect(existsSync(directory)).toBe(false);
  });

  it('does not walk into what is mounted there', async () => {
    const directory = await tree();
    const precious = await mkdtemp(join(tmpdir(), 'lamina-test-'));
    await writeFile(join(precious, 'kept'), 'x');
    const target = join(directory, 'a b', 'shm');
    execFileSync('mount', ['--bind', precious, target]);
    try {
      await removeUnmounted(directory);
      expect(existsSync(join(precious, 'kept'))).toBe(true);
      expect(existsSync(join(directory, 'a b', 'file'))).toBe(true);
    } finally {
      execFileSync('umount', [target]);
    }
    await removeUnmounted(directory);
    await removeUnmounted(precious);
    expect([directory, precious].filter(existsSync)).toEqual([]);
  });
});
