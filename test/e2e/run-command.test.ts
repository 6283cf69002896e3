/** `lamina run` started as people start it: by the name of its file. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, execute, Workbench } from '../support/cli.ts';

describe('lamina run --env-file', () => {
  const bench = new Workbench();
  const env = { ...process.env, LAMINA_ROOT: bench.store };
  const file = join(bench.directory, 'variables');
  const link = join(bench.directory, 'a lamina');

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    writeFileSync(file, 'COLOUR=green\nLAMINA_ROOT=/nowhere\n');
    writeFileSync(link, `#!/bin/sh\nexec "${COMMAND}" "$@"\n`);
    chmodSync(link, 0o755);
  });
  afterAll(() => bench[Symbol.dispose]());

  it.each([COMMAND, link])('is an option of lamina, not of Node.js: %s', async (program) => {
    const printed = ['sh', '-c', 'echo $COLOUR $LAMINA_ROOT'];
    const args = ['run', '--rm', '--env-file', file, 'busybox', ...printed];
    const { stdout, status } = await execute(program, args, { env });
    expect({ stdout, status }).toEqual({ stdout: 'green /nowhere\n', status: 0 });
  });

  it('says what is wrong with a file that is not there', async () => {
    const args = ['run', '--rm', '--env-file=/nowhere', 'busybox', 'true'];
    const { stderr, status } = await execute(COMMAND, args, { env });
    expect(status).toBe(125);
    expect(stderr).toContain("--env-file: cannot read '/nowhere': there is no such file");
    expect(stderr).toContain('CLI_FILE');
  });
});

describe('lamina build -o', () => {
  it('ends where no directory can be made', async () => {
    using bench = new Workbench();
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
    for (const output of ['/proc/x/y', 'type=oci,tar=false,dest=/proc/x/y']) {
      const { status, stderr } = await bench.lamina(['build', '-o', output, project]);
      expect(status).toBe(1);
      expect(stderr).toContain('EXPORT_DESTINATION');
    }
  });
});
