import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bundleScript } from '../../test/support/script.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { namedFile, newFile } from './new-file.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory('new-file');
  path = join(directory, 'image.tar');
});

/** Writes half of a file in another process, then kills it. */
async function killedInTheMiddle(make: 'newFile' | 'namedFile'): Promise<void> {
  using script = await bundleScript(`
    import { ${make} } from './destination/new-file.ts';
    const file = await ${make}(process.argv[2]);
    await file.handle.write('half');
    console.log('written');
    setInterval(() => undefined, 1000);
  `);
  const child = spawn(process.execPath, [script.path, path], {
    env: script.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe.each([
  ['without a name', newFile],
  ['with a name of its own', namedFile],
])('a new file, %s until it is complete', (_, make) => {
  it('appears complete, with the mode that the umask leaves', async () => {
    const file = await make(path);
    await file.handle.write('all of it');
    expect(readdirSync(directory)).not.toContain('image.tar');
    await file.commit();
    await file.discard();
    expect(readdirSync(directory)).toEqual(['image.tar']);
    expect(readFileSync(path, 'utf8')).toBe('all of it');
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('replaces another', async () => {
    writeFileSync(path, 'before');
    const file = await make(path);
    await file.handle.write('after');
    expect(readFileSync(path, 'utf8')).toBe('before');
    await file.commit();
    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(readdirSync(directory)).toEqual(['image.tar']);
  });

  it('leaves nothing when it is discarded', async () => {
    const file = await make(path);
    await file.handle.write('half');
    await file.discard();
    expect(readdirSync(directory)).toEqual([]);
  });
});

it('a killed process leaves nothing of an unnamed file', async () => {
  await killedInTheMiddle('newFile');
  expect(readdirSync(directory)).toEqual([]);
});

it('is removed by the next process when one was killed while it replaced a file', async () => {
  writeFileSync(path, 'before');
  using script = await bundleScript(`
    import { newFile } from './destination/new-file.ts';
    const file = await newFile(process.argv[2]);
    await file.handle.write('half');
    await file.commit();
  `);
  const kill = ['-f', '-qq', '-e', 'trace=rename', '-e', 'inject=rename:error=EIO:signal=KILL'];
  const child = spawn('strace', [...kill, process.execPath, script.path, path], {
    env: script.env,
    stdio: 'ignore',
    timeout: 60_000,
  });
  await once(child, 'close');
  expect(readdirSync(directory)).toEqual([
    'image.tar',
    expect.stringMatching(/^image\.tar\.[0-9a-f]{12}\.part$/),
  ]);
  expect(readFileSync(path, 'utf8')).toBe('before');
  const file = await newFile(path);
  await file.handle.write('after');
  await file.commit();
  expect(readdirSync(directory)).toEqual(['image.tar']);
  expect(readFileSync(path, 'utf8')).toBe('after');
});

it('the next process removes what a killed one left under a name, but no file in use', async () => {
  await killedInTheMiddle('namedFile');
  expect(readdirSync(directory)).toEqual([
    expect.stringMatching(/^image\.tar\.[0-9a-f]{12}\.part$/),
  ]);
  const [left] = readdirSync(directory);
  const one = await namedFile(path);
  const two = await namedFile(path);
  expect(readdirSync(directory)).not.toContain(left);
  await one.handle.write('one');
  await two.handle.write('two');
  await one.commit();
  await two.commit();
  expect(readdirSync(directory)).toEqual(['image.tar']);
  expect(readFileSync(path, 'utf8')).toBe('two');
});
