/** The suite runs as root of a user namespace; this process, as root of the machine, starts it there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { snapshotterSuite } from '../../../test/snapshotter-suite/index.ts';
import { inUserNamespace, SUBORDINATE } from '../../../test/support/user-namespace.ts';
import { buildRunner } from '../../../test/support/workshop.ts';
import { isInUserNamespace } from '../../system/index.ts';
import { openRuntime } from '../open-runtime.ts';
import type { OpenRuntime } from '../process/index.ts';

/** For the suite in the namespace; the test itself has a little longer, to end it. */
const LIMIT_MS = 240_000;
const VITEST = resolve(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs');

if (isInUserNamespace()) {
  const open: OpenRuntime = (options) => openRuntime({ ...options, isolation: 'userns' });
  runtimeSuite('userns', open);
  snapshotterSuite('overlayfs by a user', { openRuntime: open, erofs: false });
} else {
  beforeAll(() => buildRunner());

  test.each([
    ['subordinate ids', SUBORDINATE.map, SUBORDINATE.first],
    ['one id', `0 ${SUBORDINATE.first} 1`, SUBORDINATE.first],
  ])(
    'processes run in a user namespace with %s',
    async (_, map, owner) => {
      const directory = mkdtempSync(join(tmpdir(), 'lamina-userns-'));
      chownSync(directory, owner, owner);
      const [program = '', ...args] = [...withTun(directory), ...inUserNamespace(map)];
      const command = [
        process.execPath,
        // For the configuration, where Node.js 22 does not do it by itself.
        '--experimental-strip-types',
        VITEST,
        'run',
        '--no-cache',
        '--configLoader=native',
        import.meta.filename,
      ];
      const { LAMINA_TEST_RESULTS: _results, ...env } = process.env;
      // A file, not a pipe: the end of a pipe is only seen when no process below holds it any more.
      const log = join(directory, 'log');
      const output = openSync(log, 'w');
      const child = spawn(program, [...args, ...command], {
        env: { ...env, TMPDIR: directory, NO_COLOR: '1' },
        stdio: ['ignore', output, output],
        timeout: LIMIT_MS,
      });
      const [status] = await once(child, 'exit');
      const said = readFileSync(log, 'utf8');
      rmSync(directory, { recursive: true, force: true });
      expect(said).toMatch(/Tests +\d+ passed/);
      expect(status).toBe(0);
    },
    LIMIT_MS + 10_000,
  );
}

/** The beginning of a command line: every user may use /dev/net/tun there, as on machines with udev. */
function withTun(directory: string): readonly string[] {
  const script = `mknod -m 666 ${directory}/tun c 10 200; mount --bind ${directory}/tun /dev/net/tun; exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
}
