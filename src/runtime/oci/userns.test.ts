/** The suite runs as root of a user namespace; this process, as root of the machine, starts it there. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { inUserNamespace, SUBORDINATE } from '../../../test/support/user-namespace.ts';
import { buildRunner } from '../../../test/support/workshop.ts';
import { isInUserNamespace } from '../../system/index.ts';
import { openRuntime } from '../open-runtime.ts';

const VITEST = resolve(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs');

if (isInUserNamespace()) {
  runtimeSuite('userns', (options) => openRuntime({ ...options, isolation: 'userns' }));
} else {
  beforeAll(() => buildRunner());

  test.each([
    ['subordinate ids', SUBORDINATE.map, SUBORDINATE.first],
    ['one id', `0 ${SUBORDINATE.first} 1`, SUBORDINATE.first],
  ])('processes run in a user namespace with %s', (_, map, owner) => {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-userns-'));
    chownSync(directory, owner, owner);
    const [program = '', ...args] = inUserNamespace(map);
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
    const { status, stdout, stderr } = spawnSync(program, [...args, ...command], {
      env: { ...process.env, TMPDIR: directory, NO_COLOR: '1' },
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true, force: true });
    expect(`${stdout}${stderr}`).toMatch(/Tests +\d+ passed/);
    expect(status).toBe(0);
  });
}
