/** The same input gives the same image, whatever the machine around it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const EPOCH = '1700000000';
const DOCKERFILE = `
FROM busybox AS build
COPY . /src
RUN cat /src/* > /all
FROM busybox
COPY --from=build /all /all
COPY . /app/
WORKDIR /made/here
RUN mkdir -p /data/deep/er && \\
    for i in $(seq 1 1000); do echo $i > /data/deep/file$i; done && \\
    ln /data/deep/file1 /data/linked && ln /data/deep/file1 /data/deep/er/again && \\
    cp /bin/busybox /data/setuid && chmod 4755 /data/setuid && chmod 2750 /data/deep/er && \\
    ln -s ../all /data/symlink && mkfifo /data/fifo && chown 12:34 /data/linked
`;
const NAMES = ['alpha', 'beta', 'gamma', 'delta'];

describe('an image built twice with the same SOURCE_DATE_EPOCH', () => {
  const benches: Workbench[] = [];
  afterAll(() => {
    for (const bench of benches) bench[Symbol.dispose]();
  });

  /** A bench with the same files, written in another order at another time. */
  async function bench(order: readonly string[], time: number): Promise<[Workbench, string]> {
    const made = new Workbench();
    benches.push(made);
    await makeBusyboxImage(made);
    const directory = join(made.directory, `context-${time}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'Dockerfile'), DOCKERFILE);
    for (const name of order) {
      writeFileSync(join(directory, name), `${name}\n`);
      utimesSync(join(directory, name), time, time);
    }
    spawnSync('chmod', ['-R', 'u=rwX,go=rX', directory]);
    return [made, directory];
  }

  async function digestOf(made: Workbench, directory: string, epoch = EPOCH, umask = '022') {
    const metadata = join(made.directory, 'metadata.json');
    await made.succeed(['build', '-t', 'result', '--metadata-file', metadata, directory], {
      env: { SOURCE_DATE_EPOCH: epoch },
      wrapper: ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'],
    });
    return JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, string>;
  }

  it('has the same digests in another directory, umask, order of files and times', async () => {
    const [one, here] = await bench(NAMES, 1_600_000_000);
    const [two, there] = await bench([...NAMES].reverse(), 1_750_000_000);
    // The base is part of the input: both stores get the very same one.
    await one.succeed(['save', '-o', join(one.directory, 'base.tar'), 'busybox']);
    await two.succeed(['load', '-i', join(one.directory, 'base.tar')]);
    const first = await digestOf(one, here);
    const second = await digestOf(two, there, EPOCH, '077');
    expect(second['containerimage.config.digest']).toBe(first['containerimage.config.digest']);
    expect(second['containerimage.digest']).toBe(first['containerimage.digest']);
  });

  it('has the same digests when the steps were cached by a build without the epoch', async () => {
    const [one, here] = await bench(NAMES, 1_650_000_000);
    await one.succeed(['build', '-t', 'warm', here]);
    const warm = await digestOf(one, here);
    await one.succeed(['save', '-o', join(one.directory, 'base.tar'), 'busybox']);
    const [two, there] = await bench(NAMES, 1_660_000_000);
    await two.succeed(['load', '-i', join(one.directory, 'base.tar')]);
    const cold = await digestOf(two, there);
    expect(cold['containerimage.config.digest']).toBe(warm['containerimage.config.digest']);
  });

  it('writes byte-identical archives, wherever the epoch is said', async () => {
    const [one, here] = await bench(NAMES, 1_670_000_000);
    await digestOf(one, here);
    const written = async (name: string, env: Record<string, string>, attribute = '') => {
      const path = join(one.directory, name);
      await one.succeed(['build', '-o', `type=oci,dest=${path}${attribute}`, here], { env });
      return readFileSync(path);
    };
    const a = await written('a.tar', { SOURCE_DATE_EPOCH: EPOCH });
    const b = await written('b.tar', { SOURCE_DATE_EPOCH: EPOCH });
    const c = await written('c.tar', {}, `,source-date-epoch=${EPOCH}`);
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(true);
  });

  it('keeps the time of the build where the output sets none, as BuildKit does', async () => {
    const [one, here] = await bench(NAMES, 1_670_000_000);
    const output = `type=oci,tar=false,dest=${join(one.directory, 'layout')},source-date-epoch=`;
    const metadata = join(one.directory, 'metadata.json');
    const epoch = ['--build-arg', `SOURCE_DATE_EPOCH=${EPOCH}`];
    await one.succeed(['build', ...epoch, '-o', output, '--metadata-file', metadata, here]);
    const digest = JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.config.digest'];
    const blob = join(one.directory, 'layout/blobs/sha256', digest.slice('sha256:'.length));
    const { created } = JSON.parse(readFileSync(blob, 'utf8'));
    expect(Date.parse(created)).toBe(Number(EPOCH) * 1000);
  });
});
