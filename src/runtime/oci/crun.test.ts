import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ensureTool } from '../../../test/support/tools.ts';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

test('crun mounts files and directories to be read only', async () => {
  buildRunner();
  const env = { ...process.env, LAMINA_RUNTIME: ensureTool('crun', 'crun') };
  await using workshop = new Workshop((options) => openRuntime({ ...options, env }));
  const directory = workshop.makeDirectory();
  writeFileSync(`${directory}/file`, 'text\n');
  const mounts = [
    { kind: 'bind', source: directory, target: '/d', readonly: true },
    { kind: 'bind', source: `${directory}/file`, target: '/f', readonly: true, targetKind: 'file' },
  ] as const;
  const ran = await workshop.shell('cat /f; echo > /f; echo > /d/new', { mounts });
  expect(ran.stdout).toBe('text\n');
  expect(ran.stderr.match(/Read-only file system/g)).toHaveLength(2);
});
