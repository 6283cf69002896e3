/** Images are signed in a registry, and verified by key: what others put there convinces nobody. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const bench = new Workbench();
let registry: TestRegistry;
let app: string;

const pair = (name: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const write = (suffix: string, key: KeyObject, type: 'spki' | 'pkcs8') => {
    const path = join(bench.directory, `${name}.${suffix}`);
    writeFileSync(path, key.export({ format: 'pem', type }));
    return path;
  };
  return { secret: write('key', privateKey, 'pkcs8'), open: write('pub', publicKey, 'spki') };
};
const ours = pair('ours');
const theirs = pair('theirs');

async function pushed(name: string, text: string): Promise<string> {
  const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: text }, text);
  const image = `${registry.name}/${name}`;
  await bench.succeed(['build', '-q', '-t', image, '--push', project]);
  return image;
}

beforeAll(async () => {
  registry = await startRegistry();
  app = await pushed('team/app:1', 'one');
});
afterAll(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

const verify = (image: string, ...args: string[]) => bench.lamina(['verify', ...args, image]);

describe('a signed image', () => {
  it('is verified by its key, and prints the digest that was signed', async () => {
    const signed = await bench.succeed(['sign', '--key', ours.secret, '-a', 'commit=abc', app]);
    const [digest = ''] = signed.stdout.split(' ');
    expect(signed.stdout).toContain(`team/app:${digest.replace(':', '-')}.sig`);
    const { status, stdout } = await verify(app, '--key', ours.open, '-a', 'commit=abc');
    expect([status, stdout]).toEqual([0, `${digest}  ${registry.name}/team/app  commit=abc\n`]);
  });

  it('is refused with another key, other annotations, or no signature', async () => {
    const byOthers = await verify(app, '--key', theirs.open);
    expect(byOthers.status).toBe(1);
    expect(byOthers.stderr).toContain('no signature of');
    expect((await verify(app, '--key', ours.open, '-a', 'commit=abd')).stderr).toContain(
      "says 'commit=abd'",
    );
    const unsigned = await pushed('team/app:2', 'two');
    expect((await verify(unsigned, '--key', ours.open)).stderr).toContain('SIGNATURE_NOT_FOUND');
  });

  it('keeps signatures of others, and one for each payload of its own', async () => {
    await bench.succeed(['sign', '--key', theirs.secret, app]);
    await bench.succeed(['sign', '--key', theirs.secret, app]);
    expect((await verify(app, '--key', theirs.open)).stdout.trim().split('\n')).toHaveLength(1);
    expect((await verify(app, '--key', ours.open)).status).toBe(0);
  });

  it('does not lend its signature to another image', async () => {
    const other = await pushed('team/app:3', 'three');
    const tagOf = async (image: string, key: string) =>
      (await bench.succeed(['sign', '--key', key, image])).stdout.trim().split(/\s+/)[1] ?? '';
    const [mine, target] = [await tagOf(app, ours.secret), await tagOf(other, theirs.secret)];
    await bench.succeed(['imagetools', 'create', '--prefer-index=false', '-t', target, mine]);
    const { status, stderr } = await verify(other, '--key', ours.open);
    expect(status).toBe(1);
    expect(stderr).toContain('SIGNATURE_INVALID');
  });

  it('needs a key that can be read', async () => {
    const { status, stderr } = await verify(app, '--key', join(bench.directory, 'missing.pub'));
    expect(status).toBe(1);
    expect(stderr).toContain('there is no such file');
    expect((await verify(app)).stderr).toContain('--key FILE');
  });
});
