import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { loadCommand } from './load-command.ts';

/** All of one length, which is what V8 compares, and each new to it: what it compiled before it would not look up. */
let last = 100;
let path: string;
const NAMES = ['command.js', 'part.js'];
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
    expect([...command.accepted]).toEqual([]);
    expect(loaded()).toBe(last);
  });

  it('takes the compiled code of an earlier run of the same kind', () => {
    keep('build');
    const command = loadCommand(file(), directory, 'build');
    command.run();
    expect([...command.accepted]).toEqual(NAMES);
    expect(loaded()).toBe(last);
    const other = loadCommand(file(), directory, 'other');
    other.run();
    expect([...other.accepted]).toEqual([]);
  });

  it('does not take code of another command of the same length, and forgets it', () => {
    keep('build');
    writeNextSource();
    const command = loadCommand(file(), directory, 'build');
    command.run();
    expect([...command.accepted]).toEqual([]);
    expect(loaded()).toBe(last);
    command.keepCompiledCode();
    expect(readdirSync(directory)).toHaveLength(NAMES.length);
    const next = loadCommand(file(), directory, 'build');
    next.run();
    expect([...next.accepted]).toEqual(NAMES);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['zeros', (code: Buffer) => Buffer.alloc(code.length)],
    ['half of it', (code: Buffer) => code.subarray(0, code.length >> 1)],
  ])('compiles when the compiled code is %s', (_, damage) => {
    keep('build');
    for (const name of readdirSync(directory)) {
      writeFileSync(join(directory, name), damage(readFileSync(join(directory, name))));
    }
    expect(runInOwnProcess()).toEqual({ accepted: [], loaded: last });
  });

  it('takes the compiled code of another process', () => {
    runInOwnProcess();
    expect(runInOwnProcess()).toEqual({ accepted: NAMES, loaded: last });
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

/** V8 remembers what it compiled in this process, and then does not look at the compiled code. */
function runInOwnProcess(): unknown {
  const program = `
    import { loadCommand } from ${JSON.stringify(`${import.meta.dirname}/load-command.ts`)};
    const command = loadCommand(${JSON.stringify(file())}, ${JSON.stringify(directory)}, 'build');
    command.run();
    command.keepCompiledCode();
    console.log(JSON.stringify({ accepted: [...command.accepted], loaded: laminaLoaded }));`;
  const flags = ['--experimental-strip-types', '--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8', stdio: 'pipe' }));
}

function file() {
  return { path, digest: `digest-${last}` };
}

function writeNextSource(): void {
  last++;
  writeFileSync(
    path,
    "setLoaded(); function setLoaded() { require('./part.js').set(require('node:os')); }",
  );
  writeFileSync(
    join(path, '../part.js'),
    `exports.set = (os) => { globalThis.laminaLoaded = os.EOL && ${last}; require('./command.js'); }`,
  );
}

function loaded(): unknown {
  return Reflect.get(globalThis, 'laminaLoaded');
}
