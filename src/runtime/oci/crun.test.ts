import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ensureTool } from '../../../test/support/tools.ts';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

test('crun mounts files and directories to be read only, and memory without programs', async () => {
  buildRunner();
  const env = { ...process.env, LAMINA_RUNTIME: ensureTool('crun', 'crun') };
  await using workshop = new Workshop((options) => openRuntime({ ...options, env }));
  const directory = workshop.makeDirectory();
  writeFileSync(`${directory}/file`, 'text\n');
  const mounts = [
    { kind: 'bind', source: directory, target: '/d', readonly: true },
    { kind: 'bind', source: `${directory}/file`, target: '/f', readonly: true, targetKind: 'file' },
    { kind: 'tmpfs', target: '/t', mode: 0o700, noexec: true },
  ] as const;
  const script = 'cat /f; grep " /t " /proc/mounts; echo > /f; echo > /d/new';
  const ran = await workshop.shell(script, { mounts });
  expect(ran.stdout).toMatch(/^text\ntmpfs .*\brw,nosuid,nodev,noexec\b/);
  expect(ran.stderr.match(/Read-only file system/g)).toHaveLength(2);
});

test('lamina installs the filter of system calls, crun compiles none', async () => {
  buildRunner();
  const env: Record<string, string | undefined> = { ...process.env };
  await using workshop = new Workshop((options) => openRuntime({ ...options, env }));
  const directory = workshop.makeDirectory();
  const seen = `${directory}/config.json`;
  const wrapper = `${directory}/crun`;
  const bundle =
    'for word; do [ "$last" = --bundle ] && cp "$word/config.json" "$SEEN"; last=$word; done';
  const script = `#!/bin/sh\nSEEN=${seen}\n${bundle}\nexec ${ensureTool('crun', 'crun')} "$@"\n`;
  writeFileSync(wrapper, script, { mode: 0o755 });
  env.LAMINA_RUNTIME = wrapper;
  const ran = await workshop.shell('grep ^Seccomp /proc/self/status');
  expect(ran.stdout).toBe('Seccomp:\t2\nSeccomp_filters:\t1\n');
  expect(JSON.parse(readFileSync(seen, 'utf8')).linux.seccomp).toBeUndefined();
});
