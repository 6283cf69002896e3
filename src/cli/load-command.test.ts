import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { loadCommand } from './load-command.ts';

/** All of one length, which is what V8 compares, and each new to it: what it compiled before it would not look up. */
let last = 100;
let path: string;
let directory: string;

beforeEach(() => {
  directory = temporaryDirectory('compiled');
  path = join(temporaryDirectory('command'), 'command.js');
  writeNextSource();
});

describe('loading the command', () => {
  it('runs it without compiled code, and without a directory to keep it in', () => {
    const command = loadCommand(file(), undefined, 'build');
    command.run();
    command.keepCompiledCode();
    expect(command.accepted).toBe(false);
    expect(loaded()).toBe(last);
  });

  it('takes the compiled code of an earlier run of the same kind', () => {
    keep('build');
    const command = loadCommand(file(), directory, 'build');
    command.run();
    expect(command.accepted).toBe(true);
    expect(loaded()).toBe(last);
    expect(loadCommand(file(), directory, 'other').accepted).toBe(false);
  });

  it('does not take code of another command of the same length, and forgets it', () => {
    keep('build');
    writeNextSource();
    const command = loadCommand(file(), directory, 'build');
    command.run();
    expect(command.accepted).toBe(false);
    expect(loaded()).toBe(last);
    command.keepCompiledCode();
    expect(readdirSync(directory)).toHaveLength(1);
    expect(loadCommand(file(), directory, 'build').accepted).toBe(true);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['zeros', (code: Buffer) => Buffer.alloc(code.length)],
    ['half of it', (code: Buffer) => code.subarray(0, code.length >> 1)],
    ['with a bit changed', withBitChanged],
  ])('compiles when the compiled code is %s', (_, damage) => {
    keep('build');
    const [name = ''] = readdirSync(directory);
    const code = readFileSync(join(directory, name));
    writeFileSync(join(directory, name), damage(code));
    const command = loadCommand(file(), directory, 'build');
    command.run();
    expect(command.accepted).toBe(false);
    expect(loaded()).toBe(last);
  });

  it('goes on when the directory is gone', () => {
    const command = loadCommand(file(), join(directory, 'gone'), 'build');
    command.run();
    command.keepCompiledCode();
    expect(loaded()).toBe(last);
  });
});

function keep(kind: string): void {
  const command = loadCommand(file(), directory, kind);
  command.run();
  command.keepCompiledCode();
}

function file() {
  return { path, digest: `digest-${last}` };
}

function writeNextSource(): void {
  writeFileSync(path, `globalThis.laminaLoaded = ${++last}; const f = () => 1; f();`);
}

function withBitChanged(code: Buffer): Buffer {
  const changed = Buffer.from(code);
  changed[100] = (changed[100] ?? 0) ^ 1;
  return changed;
}

function loaded(): unknown {
  return Reflect.get(globalThis, 'laminaLoaded');
}
