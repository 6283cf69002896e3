/** lamina's own image: it builds itself and others where a container may do little. The full form: `npm run image:self`. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { ImageContainer, type ImageContainerLimits } from '../support/image-container.ts';
import { makeOwnImage, ownImageArguments, type ReplacedStages } from '../support/own-image.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** No entry of /etc/passwd has it. */
const ARBITRARY = 12_345;
const RESTRICTED = {
  ...{ uid: ARBITRARY, capabilities: [], noNewPrivileges: true, readOnlyRoot: true },
};
const DOCKERFILE = ['FROM busybox', 'RUN <<EOF', 'id -u > /user', 'EOF', ''].join('\n');

describe('an image of lamina', () => {
  const bench = new Workbench();
  let stages: ReplacedStages;
  let image: ImageContainer;

  /** A store of its own, as a new volume is. */
  function volumes(name: string): ImageContainerLimits {
    const store = join(bench.directory, name);
    mkdirSync(store);
    chmodSync(store, 0o1777);
    return { volumes: { '/var/lib/lamina': store, '/data': bench.directory } };
  }

  beforeAll(async () => {
    chmodSync(bench.directory, 0o777);
    stages = await makeOwnImage(bench);
    await bench.succeed(['save', '-o', join(bench.directory, 'bases.tar'), 'busybox', 'tools']);
    image = await ImageContainer.of(bench, 'lamina:own');
  });
  afterAll(() => {
    image[Symbol.dispose]();
    bench[Symbol.dispose]();
  });

  it('builds itself in an ordinary container, and that one builds', async () => {
    const limits = { ...volumes('first'), files: { '/workspace': ROOT } };
    await image.succeed(['load', '-q', '-i', '/data/bases.tar'], limits);
    const here = { ...stages, node: '/data/own-node', lamina: '/data/own-lamina' };
    const output = ['-t', 'lamina:inside', '-o', 'type=docker,dest=/data/inside.tar'];
    await image.succeed(['build', '-q', ...output, ...ownImageArguments(here, '.')], limits);
    await bench.succeed(['load', '-q', '-i', join(bench.directory, 'inside.tar')]);

    using inside = await ImageContainer.of(bench, 'lamina:inside');
    const next = volumes('second');
    await inside.succeed(['load', '-q', '-i', '/data/bases.tar'], next);
    const built = await inside.succeed(
      ['build', '--progress=plain', '-o', 'type=tar,dest=/data/out.tar', '-'],
      next,
      { input: DOCKERFILE },
    );
    expect(built.stderr).toContain('isolation: chroot');
  });

  it('builds as any user, without a capability, with nothing to write but volumes', async () => {
    const { volumes: store } = volumes('restricted');
    const tmp = join(bench.directory, 'restricted-tmp');
    mkdirSync(tmp);
    chmodSync(tmp, 0o1777);
    const limits = { volumes: { ...store, '/tmp': tmp }, ...RESTRICTED };
    await image.succeed(['load', '-q', '-i', '/data/bases.tar'], limits);
    const built = await image.succeed(['build', '--progress=plain', '-'], limits, {
      input: DOCKERFILE,
    });
    expect(built.stderr).toContain('isolation: proot');
    const { stdout } = await image.succeed(['doctor', '--offline'], limits);
    expect(stdout).toContain('builds with RUN work here');
  });

  it('tells the user of a volume what to do when another user has made its store', async () => {
    const limits = volumes('taken');
    await image.succeed(['load', '-q', '-i', '/data/bases.tar'], limits);
    const { status, stderr } = await image.run(['images'], { ...limits, ...RESTRICTED });
    expect(status).toBe(1);
    expect(stderr).toContain('LAMINA_ROOT');
  });
});
