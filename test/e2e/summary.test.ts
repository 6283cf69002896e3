/** What a build says at its end: sizes, what was left behind, what was written. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

describe('the end of a build', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  const project = () =>
    bench.project({
      Dockerfile: [
        'FROM busybox AS build',
        'RUN dd if=/dev/zero of=/big bs=1000 count=20000 && echo made > /made',
        'FROM build AS test',
        'RUN false',
        'FROM scratch',
        'COPY --from=build /made /made',
      ].join('\n'),
    });
  /** All that comes after the last step. */
  const end = (log: string) =>
    log
      .slice(log.search(/\n#\d+ DONE [^\n]*\n(?!\n?#)/) + 1)
      .split('\n')
      .slice(1, -1);

  it('is the sizes of stages and image, and what was left behind', async () => {
    const { stderr } = await bench.succeed(['build', '--progress=plain', '-t', 'made', project()]);
    expect(end(stderr)).toEqual([
      '',
      expect.stringMatching(/^stage +size$/),
      expect.stringMatching(/^ {2}build +2[12](\.\d)?MB$/),
      expect.stringMatching(/^ {2}stage-2 +5B {2}target$/),
      expect.stringMatching(/^image of 5B in 1 layer, built in /),
      expect.stringMatching(
        /^left behind in other stages: 2[12](\.\d)?MB; not needed, not built: test$/,
      ),
      expect.stringMatching(/^built docker.io\/library\/made sha256:[0-9a-f]{64}$/),
    ]);
  });

  it('counts the layers of the base image too', async () => {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo > /one' }, 'on-a-base');
    const { stderr } = await bench.succeed(['build', '--progress=plain', '-t', 'more', directory]);
    const { stdout } = await bench.succeed(['inspect', '-f', '{{len .RootFS.Layers}}', 'more']);
    expect(stderr).toMatch(new RegExp(`^image of \\S+ in ${stdout.trim()} layers, built in`, 'm'));
  });

  it('is everything, or nothing but the image, when asked', async () => {
    const full = await bench.succeed(['build', '--progress=plain', '--summary=full', project()]);
    expect(full.stderr).toMatch(/^ {2}\[build 2\/2\] RUN .* CACHED +\+20MB$/m);
    expect(full.stderr).toMatch(/^ {2}COPY \/made \/made # buildkit +5B +1 file$/m);
    const none = await bench.succeed(['build', '--progress=plain', '--summary=none', project()]);
    expect(end(none.stderr)).toEqual([expect.stringMatching(/^built sha256:/)]);
  });

  it('says what was written, where, and how large it is', async () => {
    const at = (name: string) => join(bench.directory, name);
    const outputs = [
      `type=oci,dest=${at('oci.tar')}`,
      `type=oci,dest=${at('layout')},tar=false`,
      `type=tar,dest=${at('files.tar')}`,
      at('files'),
    ];
    const flags = outputs.flatMap((output) => ['-o', output]);
    const { stderr } = await bench.succeed(['build', '--progress=plain', ...flags, project()]);
    expect(statSync(at('files.tar')).size).toBe(2048);
    expect(end(stderr).slice(-5)).toEqual([
      expect.stringMatching(/^built sha256:/),
      expect.stringMatching(/\/oci\.tar: OCI archive, \d+(\.\d+)?kB$/),
      expect.stringMatching(/\/layout: OCI layout, \d+(\.\d+)?(kB|B)$/),
      `wrote ${at('files.tar')}: tar, 2.05kB`,
      `wrote ${at('files')}: 1 file, 5B`,
    ]);
    const files = await bench.succeed(['build', '--progress=plain', '-o', at('files'), project()]);
    expect(end(files.stderr).at(-1)).toBe(`wrote ${at('files')}: 1 file, 5B`);
    expect(files.stderr).not.toMatch(/^built/m);
  });
});
