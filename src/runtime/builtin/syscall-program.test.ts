import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/workshop.ts';
import { type Call, syscallProgram } from './syscall-program.ts';

/** How a program for an architecture is started here. */
const EMULATORS = {
  x64: process.arch === 'x64' ? [] : ['/usr/bin/qemu-x86_64-static'],
  arm64: process.arch === 'arm64' ? [] : ['/usr/bin/qemu-aarch64-static'],
} as const;

function run(architecture: 'x64' | 'arm64', calls: readonly Call[]) {
  using directory = temporaryDirectory();
  const path = `${directory.path}/program`;
  const program = syscallProgram(architecture, calls);
  writeFileSync(path, program.file, { mode: 0o700 });
  const [command = '', ...args] = [...EMULATORS[architecture], path];
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
  const { status, stdout, output, stderr } = spawnSync(command, args, { stdio: [...stdio] });
  expect(stderr.toString()).toBe('');
  return { status, stdout: stdout.toString(), report: program.read(Buffer.from(output[3] ?? '')) };
}

const text = Buffer.from('text\n');
const write: Call = { name: 'write', args: [1, text, text.length] };
const exit: Call = { name: 'exit_group', args: [7] };
const bad = (onError: Call['onError']): Call => ({
  name: 'close',
  args: [-1],
  label: `bad ${onError}`,
  onError,
});
const EBADF = 9;

test.each(['x64', 'arm64'] as const)(
  'a program for %s makes its calls in order',
  (architecture) => {
    expect(run(architecture, [write, bad('ignore'), write, exit])).toEqual({
      status: 7,
      stdout: 'text\ntext\n',
      report: { pid: undefined, failures: [] },
    });
  },
);

test.each(['x64', 'arm64'] as const)(
  'a program for %s reports failures, and ends',
  (architecture) => {
    const { status, stdout, report } = run(architecture, [
      bad('report'),
      write,
      bad('fail'),
      write,
    ]);
    expect([status, stdout]).toEqual([127, 'text\n']);
    expect(report.failures).toEqual([
      { label: 'bad report', errno: EBADF },
      { label: 'bad fail', errno: EBADF },
    ]);
  },
);

test.each(['x64', 'arm64'] as const)(
  'a program for %s goes on elsewhere in the parent',
  (architecture) => {
    const SIGCHLD = 17;
    const parentSetTid = 0x100000;
    const pid = Buffer.alloc(16);
    const { status, stdout, report } = run(architecture, [
      {
        name: 'clone',
        args: [SIGCHLD | parentSetTid, 0, pid],
        inParent: [{ name: 'write', args: [3, pid, pid.length] }, write, exit],
      },
      { name: 'exit_group', args: [0] },
    ]);
    expect([status, stdout]).toEqual([7, 'text\n']);
    // An emulator makes a copy of itself, whose number it does not tell.
    if (architecture === process.arch) expect(report.pid).toBeGreaterThan(0);
    expect(report.failures).toEqual([]);
  },
);

test.each(['x64', 'arm64'] as const)(
  'a program for %s passes words and their addresses',
  (architecture) => {
    const argv = { words: [Buffer.from('sh\0'), Buffer.from('-c\0'), Buffer.from('echo $A\0'), 0] };
    const envp = { words: [Buffer.from('A=b c\0'), 0] };
    const shell = Buffer.from('/bin/sh\0');
    const { stdout } = run(architecture, [{ name: 'execve', args: [shell, argv, envp] }]);
    expect(stdout).toBe('b c\n');
  },
);
