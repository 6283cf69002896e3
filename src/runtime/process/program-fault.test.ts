import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DirectoryTree, temporaryDirectory } from '../../../test/support/workshop.ts';
import { hostPlatform } from '../../oci/index.ts';
import { exitProgram } from '../emulation/exit-program.ts';
import { type ProgramContext, programFault } from './program-fault.ts';

/** Finds no emulators. */
const NO_EMULATORS = { PATH: '/nonexistent' };

async function faultOf(
  files: Readonly<Record<string, string | Buffer>>,
  program: string,
  { mode = 0o755, ...context }: Partial<ProgramContext> & { readonly mode?: number } = {},
) {
  using directory = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory.path, dirname(path)), { recursive: true });
    writeFileSync(join(directory.path, path), content, { mode });
  }
  mkdirSync(join(directory.path, 'bin'), { recursive: true });
  symlinkSync('../usr/sh', join(directory.path, 'bin/link'));
  const tree = new DirectoryTree(directory.path);
  const defaults = { tree, env: [], cwd: '/', mounted: [], hostEnv: NO_EMULATORS };
  const fault = await programFault(program, { ...defaults, ...context });
  return fault && { code: fault.code, message: fault.message, hint: fault.hint };
}

/** A program whose only segment is the name of its loader. */
function linkedTo(loader: string): Buffer {
  const program = exitProgram(hostPlatform().architecture) ?? Buffer.alloc(0);
  const file = Buffer.concat([program.subarray(0, 120), Buffer.from(`${loader}\0`)]);
  file.writeUInt32LE(3, 64);
  file.writeBigUInt64LE(120n, 64 + 8);
  file.writeBigUInt64LE(BigInt(loader.length + 1), 64 + 32);
  return file;
}

describe('a script', () => {
  it('that has its interpreter is right, through links too', async () => {
    expect(await faultOf({ s: '#!/usr/sh -e\n', 'usr/sh': '' }, '/s')).toBeUndefined();
    expect(await faultOf({ s: '#! /bin/link\n', 'usr/sh': '' }, '/s')).toBeUndefined();
  });

  it('names the interpreter it lacks', async () => {
    expect(await faultOf({ 'usr/bin/s': '#!/usr/bin/python3 -u\n' }, 's')).toEqual({
      code: 'RUNTIME_INTERPRETER_MISSING',
      message:
        "'/usr/bin/s' needs the interpreter '/usr/bin/python3', which the image does not have",
      hint: 'install the interpreter, or correct the first line of the script',
    });
  });

  it('with CR LF line ends says so', async () => {
    const fault = await faultOf({ 'app/s': '#!/bin/sh\r\necho\r\n', 'bin/sh': '' }, './s', {
      cwd: '/app',
    });
    expect(fault?.message).toContain("the lines of '/app/s' end with CR LF");
    expect(fault?.message).toContain("'/bin/sh\\r'");
    const env = await faultOf({ s: '#!/usr/bin/env bash\r\n', 'usr/bin/env': '' }, '/s');
    expect(env?.message).toContain("its interpreter would be 'bash\\r'");
  });

  it('without #! says so', async () => {
    const fault = await faultOf({ s: 'echo\n' }, '/s');
    expect(fault?.message).toBe("'/s' has no '#!' line");
    expect((await faultOf({ s: '' }, '/s'))?.message).toBe("'/s' is empty");
  });

  it('is not judged where a mount may have put another file', async () => {
    const files = { 'app/s': '#!/opt/python\n' };
    expect(await faultOf(files, '/app/s', { mounted: ['/app'] })).toBeUndefined();
    expect(await faultOf(files, '/app/s', { mounted: ['/opt/'] })).toBeUndefined();
    expect(await faultOf(files, '/app/s', { mounted: ['/ap'] })).toBeDefined();
  });
});

describe('a program', () => {
  it('of another processor names both platforms', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 's390x';
    const fault = await faultOf({ a: exitProgram(other) ?? '' }, '/a', { hostEnv: {} });
    // It runs with an emulator that the kernel knows.
    if (fault === undefined) return;
    expect(fault.code).toBe('RUNTIME_WRONG_FORMAT');
    expect(fault.message).toMatch(
      new RegExp(`^'/a' is a program for linux/${other}, and this machine is linux/`),
    );
  });

  it('names the dynamic loader it lacks', async () => {
    const files = { a: linkedTo('/lib64/ld-linux-x86-64.so.2') };
    expect((await faultOf(files, '/a'))?.message).toBe(
      "'/a' needs the dynamic loader '/lib64/ld-linux-x86-64.so.2', which the image does not have",
    );
    const whole = { ...files, 'lib64/ld-linux-x86-64.so.2': '' };
    expect(await faultOf(whole, '/a')).toBeUndefined();
  });

  it('that is not there, is a directory, or may not be executed is not explained', async () => {
    expect(await faultOf({ a: exitProgram(hostPlatform().architecture) ?? '' }, '/a')).toBe(
      undefined,
    );
    expect(await faultOf({}, '/nothing')).toBeUndefined();
    expect(await faultOf({ 'a/b': '' }, '/a')).toBeUndefined();
    expect(await faultOf({ a: '#!/b\n' }, '/a', { mode: 0o644 })).toBeUndefined();
  });
});
