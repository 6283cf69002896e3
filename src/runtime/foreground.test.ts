import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildProgram,
  buildRunner,
  PROGRAM_PATH,
  programEnv,
  type Wanted,
  Workshop,
} from '../../test/support/workshop.ts';
import type { Environment } from '../environment.ts';

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  buildProgram();
  workshop = new Workshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

describe.each(['oci', 'builtin', 'chroot', 'proot'] as const)(
  'with the isolation %s',
  (isolation) => {
    /** The environment of a program that runs a line of shell in the foreground. */
    function foreground(script: string, options: Wanted & { interactive?: boolean } = {}) {
      const { interactive = false, ...wanted } = options;
      const spec = workshop.spec({ args: ['/bin/sh', '-c', script], container: true, ...wanted });
      return programEnv({
        spec,
        isolation,
        stateDirectory: workshop.makeDirectory(),
        foreground: { interactive },
      });
    }

    function start(env: Environment) {
      const child = spawn(process.execPath, [PROGRAM_PATH], {
        env,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.on('error', ignoreBrokenPipe);
      return { child, stdout: collect(child.stdout), stderr: collect(child.stderr) };
    }

    /** On a terminal of 33 by 77, made by script(1). */
    function startOnTerminal(env: Environment) {
      const command = `tty; stty rows 33 cols 77; exec ${process.execPath} ${PROGRAM_PATH}`;
      const child = spawn('script', ['-qefc', command, '/dev/null'], {
        env,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.on('error', ignoreBrokenPipe);
      return { child, stdout: collect(child.stdout) };
    }

    /** The program may end before it has read everything. */
    function ignoreBrokenPipe(): void {}

    async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }

    describe('without a terminal', () => {
      test("streams are lamina's own, and so is the exit status", async () => {
        const { child, stdout, stderr } = start(foreground('echo out; echo err >&2; exit 9'));
        expect([await stdout, await stderr]).toEqual(['out\n', 'err\n']);
        expect(await once(child, 'exit')).toEqual([9, null]);
      });

      test('standard input is passed on, when asked for', async () => {
        const { child, stdout } = start(foreground('wc -c; echo done', { interactive: true }));
        child.stdin.end('x'.repeat(3_000_000));
        expect(await stdout).toBe('3000000\ndone\n');
      });

      test('standard input is empty, when not', async () => {
        const { child, stdout } = start(foreground('cat; echo done'));
        child.stdin.write('not for you\n');
        expect(await stdout).toBe('done\n');
      });

      test('input need not be read to the end', async () => {
        const { child, stdout } = start(foreground('head -c 1; exit 4', { interactive: true }));
        child.stdin.write('x'.repeat(1_000_000));
        expect(await stdout).toBe('x');
        expect(await once(child, 'exit')).toEqual([4, null]);
      });

      test('a process whose output nobody reads any more ends by itself', async () => {
        const env = foreground('while echo x; do :; done');
        const child = spawn(process.execPath, [PROGRAM_PATH], {
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        child.stdout.once('data', () => child.stdout.destroy());
        // Its loop ends with the first write that fails; SIGPIPE ends a process that is not the first of its namespace.
        const statuses = {
          oci: 0,
          builtin: 0,
          chroot: 128 + constants.signals.SIGPIPE,
          proot: 255,
        };
        expect(await once(child, 'exit')).toEqual([statuses[isolation], null]);
      });

      test('large output is whole', async () => {
        const { stdout } = start(foreground("head -c 5000000 /dev/zero | tr '\\0' x"));
        expect((await stdout).length).toBe(5_000_000);
      });

      test('signals go to the process', async () => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) {
          const script =
            'trap "echo caught; exit 5" TERM INT; echo up; while :; do sleep 0.01; done';
          const { child, stdout } = start(foreground(script));
          await once(child.stdout, 'data');
          child.kill(signal);
          expect(await stdout).toMatch(/caught\n$/);
          expect(await once(child, 'exit')).toEqual([5, null]);
        }
      });

      test('a process that does not end by signals is killed by the third', async () => {
        const script = 'trap "echo seen" TERM INT; echo up; while :; do sleep 0.01; done';
        const { child, stdout } = start(foreground(script));
        child.stdout.on('data', () => child.kill('SIGTERM'));
        expect(await once(child, 'exit')).toEqual([1, null]);
        expect(await stdout).toMatch(/^up\nseen\nseen\n/);
      });

      test('files it writes to and reads from keep their owner', async () => {
        const directory = workshop.makeDirectory();
        const env = foreground('cat; id -u', { user: '1000:1000', interactive: true });
        const input = openSync(PROGRAM_PATH, 'r');
        const output = openSync(`${directory}/out`, 'w');
        const child = spawn(process.execPath, [PROGRAM_PATH], {
          env,
          stdio: [input, output, 'inherit'],
        });
        closeSync(input);
        closeSync(output);
        await once(child, 'exit');
        const text = readFileSync(`${directory}/out`, 'utf8');
        expect(text).toBe(`${readFileSync(PROGRAM_PATH, 'utf8')}1000\n`);
        expect(statSync(`${directory}/out`).uid).toBe(process.getuid?.());
        expect(statSync(PROGRAM_PATH).uid).toBe(process.getuid?.());
      });
    });

    test("lamina's umask is not the process's", async () => {
      const env = foreground('umask; cat /etc/hosts | wc -l; stat -c %a /srv', {
        cwd: '/srv',
        upper: workshop.makeDirectory(),
        user: '7:7',
      });
      const command = `umask 077; exec ${process.execPath} ${PROGRAM_PATH}`;
      const child = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      expect(await collect(child.stdout)).toBe('0022\n2\n755\n');
    });

    describe('with a terminal', () => {
      const terminal = { terminal: true, interactive: true } as const;

      test('the process has one, of the same size', async () => {
        const script = 'test -t 0 && test -t 1 && test -t 2 && stty size; exit 3';
        const { child, stdout } = startOnTerminal(foreground(script, terminal));
        expect(await stdout).toMatch(/^33 77\r$/m);
        expect(await once(child, 'exit')).toEqual([3, null]);
      });

      test('keys go to it, also Ctrl-C', async () => {
        const script =
          'trap "echo caught; exit 6" INT; echo ready; read line; echo "got $line"; while :; do sleep 0.01; done';
        const { child, stdout } = startOnTerminal(foreground(script, terminal));
        let seen = '';
        child.stdout.on('data', (chunk) => {
          const before = seen;
          seen += chunk;
          if (!before.includes('ready') && seen.includes('ready')) child.stdin.write('hello\r');
          if (!before.includes('got') && seen.includes('got hello')) child.stdin.write('\x03');
        });
        expect(await once(child, 'exit')).toEqual([6, null]);
        expect(await stdout).toContain('caught');
      });

      test('without input it is only written to, and Ctrl-C is a signal', async () => {
        const script =
          'trap "echo caught; exit 6" INT; echo ready; while :; do sleep 0.01; done; read typed';
        const { child, stdout } = startOnTerminal(foreground(script, { terminal: true }));
        let seen = '';
        let isCooked = false;
        const modes = () => {
          const path = /^\/dev\/pts\/\d+/.exec(seen)?.[0] ?? '';
          return spawnSync('stty', ['-F', path, '-a'], { encoding: 'utf8' }).stdout;
        };
        const typeWhenCooked = () => {
          isCooked = /^isig icanon /m.test(modes());
          if (isCooked) child.stdin.write('\x03');
          else if (child.exitCode === null) setImmediate(typeWhenCooked);
        };
        child.stdout.on('data', (chunk) => {
          const before = seen;
          seen += chunk;
          if (!before.includes('ready') && seen.includes('ready')) typeWhenCooked();
        });
        expect(await once(child, 'exit')).toEqual([6, null]);
        expect(await stdout).toContain('caught');
      });

      test('it learns when the size changes', async () => {
        const script = 'trap "stty size; exit 7" WINCH; echo ready; while :; do sleep 0.01; done';
        const { child, stdout } = startOnTerminal(foreground(script, terminal));
        let seen = '';
        child.stdout.on('data', (chunk) => {
          const before = seen;
          seen += chunk;
          if (before.includes('ready') || !seen.includes('ready')) return;
          const path = /^\/dev\/pts\/\d+/.exec(seen)?.[0] ?? '';
          spawnSync('stty', ['-F', path, 'rows', '20']);
        });
        expect(await once(child, 'exit')).toEqual([7, null]);
        expect(await stdout).toMatch(/^20 77\r$/m);
      });
    });
  },
);
