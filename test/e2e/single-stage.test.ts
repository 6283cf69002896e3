/** What a report says a single stage would have shipped, against twins with a single stage that are built too. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/index.ts';
import { busybox, Workbench } from '../support/cli.ts';

const SHELL = 'SHELL ["/bin/busybox", "sh", "-c"]';
const BASE = `FROM scratch\n${SHELL}\nCOPY --chmod=755 busybox /bin/busybox\nRUN /bin/busybox --install -s /bin\n`;
/** Like the installation of a tool: a file of so many kilobytes. */
const install = (name: string, kilobytes: number) =>
  `mkdir -p /usr/lib && dd if=/dev/zero of=/usr/lib/${name} bs=1024 count=${kilobytes}`;
const compile = (source: string, output: string) =>
  `mkdir -p /out && cp ${source} ${output} && head -c 200000 /dev/zero >> ${output}`;

const JLINK =
  "printf '#!/bin/sh\\nmkdir -p $4 && dd if=/dev/zero of=$4/modules bs=1024 count=900\\n' > /bin/jlink && chmod 755 /bin/jlink";

interface Twins {
  readonly stages: string;
  readonly single: string;
}

const TWINS: Readonly<Record<string, Twins>> = {
  'a program on scratch': {
    stages: `
FROM base AS build
RUN ${install('compiler', 3000)}
COPY main.c /src/
RUN ${compile('/src/main.c', '/out/app')}
FROM scratch
COPY --from=build /out/app /app
`,
    single: `
FROM base
RUN ${install('compiler', 3000)}
COPY main.c /src/
RUN ${compile('/src/main.c', '/out/app')}
`,
  },
  'two tools on one base': {
    stages: `
FROM base AS web
RUN ${install('node', 2000)}
RUN ${compile('/bin/busybox', '/out/page')}
FROM base AS server
RUN ${install('go', 4000)}
RUN ${compile('/bin/busybox', '/out/server')}
FROM scratch
COPY --from=web /out/page /page
COPY --from=server /out/server /server
`,
    single: `
FROM base
RUN ${install('node', 2000)} && ${install('go', 4000)}
RUN ${compile('/bin/busybox', '/out/page')}
RUN ${compile('/bin/busybox', '/out/server')}
`,
  },
  'an installation that both stages need': {
    stages: `
FROM base AS wheels
RUN ${install('python', 2500)} && ${install('gcc', 3000)}
RUN ${compile('/bin/busybox', '/out/wheel')}
FROM base
RUN ${install('python', 2500)}
RUN --mount=type=bind,from=wheels,source=/out,target=/wheels mkdir -p /site && cp /wheels/wheel /site/
COPY main.c /srv/
`,
    single: `
FROM base
RUN ${install('python', 2500)} && ${install('gcc', 3000)}
RUN ${compile('/bin/busybox', '/out/wheel')}
RUN mkdir -p /site && cp /out/wheel /site/
COPY main.c /srv/
`,
  },
  'a small Java runtime': {
    stages: `
FROM base AS build
RUN ${install('jdk', 3000)} && ${JLINK}
RUN jlink --add-modules java.base --output /opt/java && ${compile('/bin/busybox', '/out/app.jar')}
FROM base
COPY --from=build /opt/java /opt/java
COPY --from=build /out/app.jar /app.jar
`,
    single: `
FROM base
RUN ${install('jdk', 3000)} && ${JLINK}
RUN ${compile('/bin/busybox', '/out/app.jar')}
`,
  },
  'a smaller base for the last stage': {
    stages: `
FROM base AS node
RUN ${install('node', 3000)}
FROM node AS deps
RUN mkdir -p /app/node_modules && dd if=/dev/zero of=/app/node_modules/express bs=1024 count=500
FROM node AS build
RUN mkdir -p /app/node_modules && dd if=/dev/zero of=/app/node_modules/express bs=1024 count=500
RUN dd if=/dev/zero of=/app/node_modules/typescript bs=1024 count=900
RUN ${compile('/bin/busybox', '/out/main')}
FROM runtime
COPY --from=deps /app/node_modules /app/node_modules
COPY --from=build /out/main /app/main
`,
    single: `
FROM base
RUN ${install('node', 3000)}
RUN mkdir -p /app/node_modules && dd if=/dev/zero of=/app/node_modules/express bs=1024 count=500
RUN dd if=/dev/zero of=/app/node_modules/typescript bs=1024 count=900
RUN ${compile('/bin/busybox', '/out/main')}
`,
  },
  'a last stage with work of its own': {
    stages: `
FROM base AS build
RUN ${install('maven', 2000)}
RUN ${compile('/bin/busybox', '/out/app')}
FROM base
RUN mkdir -p /etc && echo app:x:10001:10001::/: >> /etc/passwd && ${install('fonts', 700)}
COPY --from=build /out/app /app
`,
    single: `
FROM base
RUN ${install('maven', 2000)}
RUN mkdir -p /etc && echo app:x:10001:10001::/: >> /etc/passwd && ${install('fonts', 700)}
RUN ${compile('/bin/busybox', '/out/app')}
`,
  },
};

function withShell(dockerfile: string): string {
  return dockerfile.replaceAll(/^(FROM (?:base|runtime).*)$/gm, `$1\n${SHELL}`);
}

describe('a single stage instead of several', () => {
  const bench = new Workbench();
  const files = { 'main.c': 'int main;', busybox: readFileSync(busybox()) };

  async function build(name: string, dockerfile: string, more = {}): Promise<void> {
    const context = bench.project({ ...files, Dockerfile: dockerfile, ...more });
    await bench.succeed(['build', '-q', '-t', name, context]);
  }

  async function report(name: string): Promise<ImageReport> {
    const { stdout } = await bench.succeed(['report', '--format', 'json', name]);
    return JSON.parse(stdout) as ImageReport;
  }

  beforeAll(async () => {
    await build('base', BASE);
    await build('runtime', `FROM base\nRUN ${install('libc', 1500)}\n`);
  });
  afterAll(() => bench[Symbol.dispose]());

  it.each(Object.entries(TWINS))('ships what the report says: %s', async (_, twins) => {
    await build('stages', withShell(twins.stages));
    await build('single', withShell(twins.single));
    const [stages, single] = [await report('stages'), await report('single')];
    const measured = single.size.unpacked / stages.size.unpacked;
    expect(single.singleStage).toBeNull();
    expect((stages.singleStage?.factor ?? 0) / measured).toBeGreaterThan(0.97);
    expect((stages.singleStage?.factor ?? 0) / measured).toBeLessThan(1.03);
    // A cached build knows it too, and a build of nothing but the image changes nothing.
    await build('stages', withShell(twins.stages));
    await build('same', 'FROM stages\n');
    const later = await report('stages');
    expect(later.singleStage).toEqual(stages.singleStage);
    expect(later.layers).toEqual(stages.layers);
  });

  it('is known of each image of a build for several platforms', async () => {
    const cross = withShell(`
FROM --platform=$BUILDPLATFORM base AS build
RUN ${install('compiler', 3000)}
ARG TARGETARCH
RUN mkdir /out && head -c $([ "$TARGETARCH" = amd64 ] && echo 300000 || echo 900000) /dev/zero > /out/app
FROM scratch
COPY --from=build /out/app /app
`);
    const context = bench.project({ ...files, Dockerfile: cross });
    const platforms = ['linux/amd64', 'linux/arm64'];
    await bench.succeed(['build', '-q', '-t', 'cross', '--platform', platforms.join(), context]);
    const one = async (platform: string, image = 'cross') => {
      const args = ['report', '--format', 'json', '--platform', platform, image];
      return JSON.parse((await bench.succeed(args)).stdout) as ImageReport;
    };
    const shared = readFileSync(busybox()).length + 3000 * 1024;
    const figures = async (image?: string) =>
      await Promise.all(
        platforms.map(async (platform) => {
          const { singleStage, stages } = await one(platform, image);
          return [singleStage?.bytes, ...stages.map(({ name, bytes }) => `${name} ${bytes}`)];
        }),
      );
    const expected = [300_000, 900_000].map((size) => [
      shared + size,
      `build ${shared + size}`,
      `stage-1 ${size}`,
    ]);
    expect(await figures()).toEqual(expected);
    // Built again from the cache, and in an archive.
    const archive = join(bench.directory, 'cross.tar');
    const output = ['-o', `type=oci,dest=${archive}`, '--platform', platforms.join()];
    await bench.succeed(['build', '-q', ...output, context]);
    expect(await figures()).toEqual(expected);
    expect(await figures(`oci-archive:${archive}`)).toEqual(expected);
  });

  it('is known of an image in an archive that this machine has built', async () => {
    const archive = join(bench.directory, 'stages.tar');
    await bench.succeed(['save', '-o', archive, 'stages']);
    const { singleStage, stages } = await report('stages');
    const archived = await report(`docker-archive:${archive}`);
    expect(singleStage?.bytes).toBeGreaterThan(0);
    expect(archived).toMatchObject({ singleStage, stages });
    const elsewhere = join(bench.directory, 'no-store');
    const { stdout } = await bench.succeed(
      ['report', '--format', 'json', `docker-archive:${archive}`],
      {
        env: { LAMINA_ROOT: elsewhere },
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ singleStage: null, stages: [] });
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('is in the text of a report', async () => {
    const { stdout } = await bench.succeed(['report', 'stages']);
    expect(stdout).toMatch(/A Dockerfile with a single stage would have shipped [\d.]+MB,/);
    expect(stdout).not.toContain('shipped all of it');
  });
});
