import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCommand } from './load-command.ts';

/** All of one length, which is what V8 compares, and each new to it: what it compiled before it would not look up. */
let last = 100;
const nextSource = () => `globalThis.laminaLoaded = ${++last}; const f = () => 1; f();`;

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-load-'));
  file = join(directory, 'command.js');
  writeFileSync(file, nextSource());
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('loading the command', () => {
  it('runs it without compiled code', () => {
    const command = loadCommand(file);
    command.run();
    expect(command.accepted).toBe(false);
    expect(loaded()).toBe(last);
  });

  it('takes the compiled code of an earlier run', () => {
    const first = loadCommand(file);
    first.run();
    const command = loadCommand(file, first.compiledCode());
    command.run();
    expect(command.accepted).toBe(true);
    expect(loaded()).toBe(last);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['zeros', (code: Buffer) => Buffer.alloc(code.length)],
    ['half of it', (code: Buffer) => code.subarray(0, code.length >> 1)],
    ['another V8’s', (code: Buffer) => Buffer.concat([Buffer.alloc(16, 1), code.subarray(16)])],
  ])('compiles when the compiled code is %s', (_, damage) => {
    const code = loadCommand(file).compiledCode();
    writeFileSync(file, nextSource());
    const command = loadCommand(file, damage(code));
    command.run();
    expect(command.accepted).toBe(false);
    expect(loaded()).toBe(last);
  });
});

function loaded(): unknown {
  return Reflect.get(globalThis, 'laminaLoaded');
}
