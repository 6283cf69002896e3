/** `build --policy`: images that are refused, and images that must be signed. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const bench = new Workbench();
let registry: TestRegistry;
let base: string;
let policy: string;
const path = (name: string) => join(bench.directory, name);

beforeAll(async () => {
  registry = await startRegistry();
  base = `${registry.name}/base/one:1`;
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(path('our.key'), pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(path('our.pub'), pair.publicKey.export({ format: 'pem', type: 'spki' }));
  policy = path('policy.json');
  const signed = {
    type: 'sigstoreSigned',
    keyPath: 'our.pub',
    signedIdentity: { type: 'matchRepository' },
  };
  const scopes = { [`${registry.name}/base`]: [signed] };
  writeFileSync(
    policy,
    JSON.stringify({ default: [{ type: 'reject' }], transports: { docker: scopes } }),
  );
});
afterAll(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

async function push(text: string): Promise<void> {
  const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: text }, text);
  await bench.succeed(['build', '-q', '-t', base, '--push', project]);
}
const build = (lines: string, ...args: string[]) =>
  bench.lamina(['build', '-q', '--policy', policy, ...args, bench.project({ Dockerfile: lines })]);

describe('a policy', () => {
  it('refuses an image that no scope allows, at its line', async () => {
    const { status, stderr } = await build('FROM scratch\nFROM elsewhere.example/a:1\n');
    expect(status).toBe(1);
    expect(stderr).toContain('POLICY_REFUSED');
    expect(stderr).toMatch(/Dockerfile:2/);
    expect(stderr).toContain('"default" is rejected');
  });

  it('takes a signed image, and the very digest that was signed', async () => {
    await push('first');
    expect((await build(`FROM ${base}\n`)).stderr).toContain('it has no signature');
    await bench.succeed(['sign', '--key', path('our.key'), base]);
    const out = path('out');
    expect(await build(`FROM ${base}\n`, '-o', out)).toMatchObject({ status: 0 });
    // The store's image of that name is another one now, which nobody has signed.
    await push('second');
    expect((await build(`FROM ${base}\n`)).status).toBe(1);
    await bench.succeed(['sign', '--key', path('our.key'), base]);
    await bench.succeed(['rmi', '-f', base]);
    expect(await build(`FROM scratch\nCOPY --from=${base} /a /b\n`, '-o', out)).toMatchObject({
      status: 0,
    });
    const { stdout } = await promisify(execFile)('cat', [join(out, 'b')]);
    expect(stdout).toBe('second');
  });

  it('is not left to a frontend that does not know it', async () => {
    const builder = ['--builder', 'tcp://127.0.0.1:1', '--frontend=remote'];
    const { status, stderr } = await build('FROM scratch\n', ...builder);
    expect(status).toBe(1);
    expect(stderr).toContain('a policy cannot be applied');
  });

  it('that cannot be read is an error before anything is built', async () => {
    writeFileSync(path('broken.json'), '{"default": [{"type": "signedBy"}]}');
    const project = bench.project({ Dockerfile: 'FROM scratch\n' });
    const args = ['build', '-q', '--policy', path('broken.json'), project];
    expect((await bench.lamina(args)).stderr).toContain('POLICY_INVALID');
  });

  it('holds for pulls, which get what was signed', async () => {
    const pull = (image: string) => bench.lamina(['pull', '-q', '--policy', policy, image]);
    const refused = await pull(`${registry.name}/elsewhere/a:1`);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain('POLICY_REFUSED');
    await push('pulled');
    expect((await pull(base)).stderr).toContain('no signature');
    await bench.succeed(['sign', '--key', path('our.key'), base]);
    await bench.succeed(['rmi', base]);
    expect((await pull(base)).stdout).toBe(`${base}\n`);
    expect((await bench.succeed(['images', '-q', base])).stdout).not.toBe('');
  });

  it('holds for all targets of a bake, and leaves them the images of each other', async () => {
    const directory = bench.project(
      {
        'docker-bake.hcl': [
          'target "default" {',
          '  dockerfile-inline = "FROM other\\nCOPY Dockerfile /x\\n"',
          '  contexts = { other = "target:other" }',
          '}',
          'target "other" { dockerfile-inline = "FROM scratch\\nCOPY Dockerfile /y\\n" }',
          'target "foreign" { dockerfile-inline = "FROM elsewhere.example/a:1\\n" }',
        ].join('\n'),
        Dockerfile: 'FROM scratch\n',
      },
      'bake',
    );
    const bake = (target: string) =>
      bench.lamina(['bake', '--policy', policy, target], { cwd: directory });
    const allowed = await bake('default');
    expect(allowed, allowed.stderr).toMatchObject({ status: 0 });
    const { status, stderr } = await bake('foreign');
    expect(status).toBe(1);
    expect(stderr).toContain('POLICY_REFUSED');
  });
});
