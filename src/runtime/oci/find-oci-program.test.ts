import { chmodSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/workshop.ts';
import { findOciProgram } from './find-oci-program.ts';

/** A program that answers `--version` as a runtime does. */
function makeRuntime(path: string, version: string): void {
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${version}\nEND\n`);
  chmodSync(path, 0o755);
}

test('runc goes before crun, wherever they are in PATH', async () => {
  using first = temporaryDirectory();
  using second = temporaryDirectory();
  makeRuntime(`${first.path}/crun`, 'crun version 1.8\n+SYSTEMD +SECCOMP +EBPF');
  makeRuntime(`${second.path}/runc`, 'runc version 1.1.5+ds1\ncommit: x\nlibseccomp: 2.5.4');
  const PATH = `${first.path}:${second.path}`;
  const path = `${second.path}/runc`;
  expect(await findOciProgram({ PATH })).toEqual({
    name: 'runc',
    path,
    version: '1.1.5+ds1',
    seccomp: true,
  });
});

test('LAMINA_RUNTIME decides, as a name or a path', async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/crun`;
  makeRuntime(path, 'crun version 1.8\n+SYSTEMD -SECCOMP');
  const found = { name: 'crun', path, version: '1.8', seccomp: false };
  expect(await findOciProgram({ LAMINA_RUNTIME: path })).toEqual(found);
  expect(await findOciProgram({ LAMINA_RUNTIME: 'crun', PATH: directory.path })).toEqual(found);
});

test('a wanted runtime that is not there is an error', async () => {
  const found = findOciProgram({ LAMINA_RUNTIME: 'nope' });
  await expect(found).rejects.toMatchObject({ code: 'RUNTIME_MISSING' });
});

test('another program is an error', async () => {
  for (const program of ['/bin/ls', '/bin/false']) {
    const found = findOciProgram({ LAMINA_RUNTIME: program });
    await expect(found).rejects.toMatchObject({ code: 'RUNTIME_UNUSABLE' });
  }
});
