import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { hostPrograms } from '../../../test/support/host-programs.ts';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';
import type { OpenRuntime } from '../process/index.ts';

const open: OpenRuntime = (options) => openRuntime({ ...options, isolation: 'proot' });

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  workshop = new Workshop(open);
});
afterAll(() => workshop[Symbol.asyncDispose]());

runtimeSuite('proot', open);

function rootWith(program: string): string {
  const root = workshop.makeRoot();
  for (const [path, content] of Object.entries(hostPrograms([program], ''))) {
    mkdirSync(dirname(`${root}${path}`), { recursive: true });
    writeFileSync(`${root}${path}`, content, { mode: 0o755 });
  }
  return root;
}

/** The busybox of the other tests is older than these calls. */
describe('programs that use system calls which proot does not translate', () => {
  test('find the files of the image, not those of this machine', async () => {
    const root = rootWith('/usr/bin/stat');
    writeFileSync(`${root}/of-the-image`, '12345');
    const here = workshop.makeDirectory();
    writeFileSync(`${here}/of-this-machine`, '');
    const script = `/usr/bin/stat -c %s /of-the-image; /usr/bin/stat ${here}/of-this-machine`;
    const { stdout, stderr } = await workshop.shell(script, { root });
    expect(stdout).toBe('5\n');
    expect(stderr).toContain('No such file or directory');
  });
});

test('a socket is reached also where the path of the root is longer than the address of a socket', async () => {
  const root = rootWith('/usr/bin/ssh-add');
  const state = join(workshop.makeDirectory(), 'd'.repeat(100));
  mkdirSync(state);
  await using runtime = open({
    temporaryDirectory: () => Promise.resolve(state),
    env: process.env,
  });
  const source = `${workshop.makeDirectory()}/agent`;
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    client.destroy();
  }).listen(source);
  await once(server, 'listening');
  const spec = workshop.spec({
    root,
    args: ['/usr/bin/ssh-add', '-l'],
    env: ['SSH_AUTH_SOCK=/run/agent'],
    mounts: [{ kind: 'bind', source, target: '/run/agent', readonly: false, targetKind: 'file' }],
  });
  await runtime.run(spec, {});
  server.close();
  expect(connections).toBe(1);
});
