/** The store on overlayfs, as in a container without volumes: overlayfs cannot stack layers there, nor have whiteouts. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { isolationProjects } from '../support/isolation-projects.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';

const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };
const PROJECTS = isolationProjects().filter(({ name }) =>
  ['deleted files and directories', 'mounts of every kind'].includes(name),
);
/** A base image with whiteouts. */
const SECOND =
  'FROM first\nRUN find /d /x-file | sort > /list; test ! -e /d/deep/er && rm /x-file\n';
const FIRST =
  'FROM busybox\nRUN mkdir -p /d/deep/er && touch /d/gone /x-file\nRUN rm -r /d/gone /d/deep/er\n';

describe.each(['builtin', 'userns', 'chroot', 'proot'] as const)('RUN with %s', (isolation) => {
  const plain = new Workbench();
  const over = new Workbench({ store: join(plain.directory, 'mounted/store') });
  let user: OrdinaryUser;

  beforeAll(async () => {
    chmodSync(plain.directory, 0o755);
    user = new OrdinaryUser(join(plain.directory, 'alice'));
    for (const name of ['lower', 'upper', 'work', 'mounted'])
      mkdirSync(join(plain.directory, name));
    mkdirSync(join(plain.directory, 'upper/store'));
    if (isolation === 'userns') chownSync(join(plain.directory, 'upper/store'), user.uid, user.uid);
    await makeBusyboxImage(plain);
    const first = plain.project({ Dockerfile: FIRST }, 'first');
    await plain.succeed(['build', '-q', '-t', 'first', first], { env: EPOCH });
    const archive = join(plain.directory, 'bases.tar');
    await plain.succeed(['save', '-o', archive, 'busybox', 'first']);
    chmodSync(archive, 0o644);
    await over.succeed(['load', '-q', '-i', archive], { wrapper: wrapper() });
  });
  afterAll(() => {
    plain[Symbol.dispose]();
    over[Symbol.dispose]();
  });

  function wrapper(): readonly string[] {
    const { directory } = plain;
    const options = ['lower', 'upper', 'work'].map((name) => `${name}dir=${directory}/${name}`);
    const script = `mount -t overlay overlay -o ${options.join(',')} ${directory}/mounted; exec "$@"`;
    const start = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
    return isolation === 'userns' ? [...start, ...user.wrapper] : start;
  }

  it.each([
    ...PROJECTS.map(({ name, files, flags }) => [name, files, flags] as const),
    ['a base image with whiteouts', { Dockerfile: SECOND }, undefined] as const,
  ])('gives the image of other stores: %s', async (name, files, flags = []) => {
    const directory = plain.project(files, name.replaceAll(' ', '-'));
    const given = flags.map((flag) => flag.replace('src=', `src=${directory}/`));
    const args = ['build', '-q', ...given, directory];
    const { stdout } = await plain.succeed(args, { env: EPOCH });
    const isolated = [...args, `--isolation=${isolation}`];
    const built = await over.succeed(isolated, { env: EPOCH, wrapper: wrapper() });
    expect(built.stdout).toBe(stdout);
  });
});
