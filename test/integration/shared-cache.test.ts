/** Builds on two machines that share what one of them has done. Each store stands for a machine. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { stepsOf, Workbench } from '../support/cli.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const bench = new Workbench();
let registry: TestRegistry;
let watched: Watched;
beforeAll(async () => {
  await makeBusyboxImage(bench);
  await bench.succeed(['save', '-o', join(bench.directory, 'busybox.tar'), 'busybox']);
  registry = await startRegistry();
  watched = await watch(registry.port);
});
afterAll(async () => {
  watched.server.close();
  await registry[Symbol.asyncDispose]();
  bench[Symbol.dispose]();
});

interface Watched {
  readonly server: Server;
  readonly name: string;
  /** Method and path, in order. */
  readonly requests: string[];
}

/** Passes everything on to the registry, and notes what was asked. */
async function watch(port: number): Promise<Watched> {
  const requests: string[] = [];
  const server = createServer((incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const { method, url, headers } = incoming;
    const passedOn = request({ port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(passedOn);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return { server, name: `localhost:${own}`, requests };
}

/** A machine that has nothing but the base image. */
async function machine(name: string): Promise<Workbench> {
  const other = new Workbench({ store: join(bench.directory, name) });
  await other.succeed(['load', '-i', join(bench.directory, 'busybox.tar')]);
  return other;
}

const DOCKERFILE = `
FROM busybox AS build
COPY source /source
RUN --mount=type=cache,target=/cache cat /cache/made 2>/dev/null; echo of an earlier run > /cache/made; cp /source /program
FROM busybox
RUN head -c 300000 /dev/urandom > /large
COPY --from=build /program /program
`;

function project(name: string, source = 'source'): string {
  return bench.project({ Dockerfile: DOCKERFILE, source }, name);
}

const build = (on: Workbench, directory: string, ...args: string[]) =>
  on.succeed(['build', '--progress=plain', ...args, directory]);

describe('a cache in a registry', () => {
  it('spares another machine every step, and every download that it does not need', async () => {
    const directory = project('registry');
    const ref = `${watched.name}/cache/app`;
    const first = await machine('first');
    await build(first, directory, '--cache-to', `type=registry,ref=${ref}`, '-t', 'app');
    const second = await machine('second');
    watched.requests.length = 0;
    const { stderr } = await build(second, directory, '--cache-from', ref, '-t', 'app');
    expect(stepsOf(stderr).run.filter((step) => /RUN|COPY/.test(step))).toEqual([]);
    const blobs = watched.requests.filter((line) => /^GET .*\/blobs\//.test(line));
    expect(blobs).toHaveLength(1);
    const ids = await Promise.all(
      [first, second].map(async (one) => (await one.succeed(['images', '-q', 'app'])).stdout),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it('gives the layers of the image when they are exported, and no others', async () => {
    const ref = `${watched.name}/cache/app`;
    const third = await machine('third');
    watched.requests.length = 0;
    const out = join(bench.directory, 'app.tar');
    const output = `type=oci,dest=${out}`;
    await build(third, project('registry'), '--cache-from', ref, '-o', output);
    const blobs = watched.requests.filter((line) => /^GET .*\/blobs\//.test(line));
    // The config of the cache, the RUN and the COPY of the last stage; the base is here.
    expect(blobs).toHaveLength(3);
  });

  it('lets a registry that has the layers take them over when the image is pushed to it', async () => {
    const fourth = await machine('fourth');
    const from = ['--cache-from', `${watched.name}/cache/app`];
    watched.requests.length = 0;
    await build(fourth, project('registry'), ...from, '-t', `${watched.name}/pushed`, '--push');
    // The config of the cache: what the cache's repository has is mounted from there.
    expect(watched.requests.filter((line) => /^GET .*\/blobs\//.test(line))).toHaveLength(1);
  });

  it('asks nothing of the registry where the own cache has everything', async () => {
    const first = await machine('first');
    watched.requests.length = 0;
    await build(first, project('registry'), '--cache-from', `${watched.name}/cache/app`);
    expect(watched.requests).toEqual([]);
  });

  it('brings cache mounts along when asked, for a step whose input has changed', async () => {
    const ref = `${watched.name}/cache/mounts`;
    const directory = project('mounts');
    const first = await machine('mounts-1');
    await build(first, directory, '--cache-to', `type=registry,ref=${ref},mode=max,mounts=true`);
    const changed = project('mounts-changed', 'another source');
    const second = await machine('mounts-2');
    const { stderr } = await build(second, changed, '--cache-from', ref);
    expect(stderr).toMatch(/^#\d+ [\d.]+ of an earlier run$/m);
    expect(stepsOf(stderr).cached.some((step) => step.includes('/dev/urandom'))).toBe(true);
  });

  it('is passed over with a warning when it is not there, or nobody is there to ask', async () => {
    const directory = project('missing');
    const { stderr } = await build(bench, directory, '--cache-from', `${watched.name}/nothing`);
    expect(stderr).toContain('CACHE_EMPTY');
    const other = await build(bench, project('missing-2', 'x'), '--cache-from', 'localhost:1/a');
    expect(other.stderr).toContain('CACHE_UNREADABLE');
  });
});

describe('a cache in a directory', () => {
  it('spares another machine every step, those of other stages too with mode=max', async () => {
    const cache = join(bench.directory, 'cache');
    const directory = project('local');
    const to = `type=local,dest=${cache},mode=max,compression=zstd`;
    await build(await machine('local-1'), directory, '--cache-to', to);
    const second = await machine('local-2');
    const from = `type=local,src=${cache}`;
    const { stderr } = await build(second, directory, '--target', 'build', '--cache-from', from);
    expect(stepsOf(stderr).cached).toHaveLength(2);
    await second.succeed(['build', '--cache-from', from, '-t', 'app', directory]);
    expect((await second.succeed(['run', 'app', 'cat', '/program'])).stdout).toBe('source');
  });

  it('costs a warning where no directory can be made', async () => {
    const to = 'type=local,dest=/proc/nowhere/cache';
    const { stderr } = await build(bench, project('unwritable'), '--cache-to', to);
    expect(stderr).toContain('CACHE_NOT_EXPORTED');
  });

  it('can be cleared of what an earlier export left', async () => {
    const cache = join(bench.directory, 'cleared');
    const directory = project('clear');
    const to = `type=local,dest=${cache}`;
    await build(bench, directory, '--cache-to', to);
    const before = readdirSync(join(cache, 'blobs/sha256'));
    await build(bench, project('clear-2', 'new'), '--no-cache', '--cache-to', `${to},reset=true`);
    const after = readdirSync(join(cache, 'blobs/sha256'));
    expect(after.filter((name) => before.includes(name)).length).toBeLessThan(before.length);
  });

  it('is refused when it was tampered with', async () => {
    const cache = join(bench.directory, 'tampered');
    const directory = project('tampered');
    await build(await machine('tampered-1'), directory, '--cache-to', `type=local,dest=${cache}`);
    for (const name of readdirSync(join(cache, 'blobs/sha256'))) {
      writeFileSync(join(cache, 'blobs/sha256', name), '{}');
    }
    const second = await machine('tampered-2');
    const { stderr } = await build(second, directory, '--cache-from', `type=local,src=${cache}`);
    expect(stderr).toContain('CACHE_UNREADABLE');
    expect(stepsOf(stderr).run.some((step) => step.includes('/dev/urandom'))).toBe(true);
  });

  it('costs time where its layers are damaged or gone, in later builds too', async () => {
    const cache = join(bench.directory, 'damaged');
    const blobs = join(cache, 'blobs/sha256');
    const directory = project('damaged');
    await build(await machine('damaged-1'), directory, '--cache-to', `type=local,dest=${cache}`);
    const second = await machine('damaged-2');
    const from = ['--cache-from', `type=local,src=${cache}`];
    await build(second, directory, ...from);
    for (const name of readdirSync(blobs)) {
      const bytes = readFileSync(join(blobs, name));
      // Those that are not JSON: the layers.
      if (bytes[0] !== 0x7b)
        writeFileSync(
          join(blobs, name),
          Uint8Array.from(bytes, (byte) => ~byte),
        );
    }
    const out = join(bench.directory, 'out.tar');
    for (const more of [from, []]) {
      const other = more.length === 0 ? second : await machine('damaged-3');
      const { stderr } = await build(other, directory, ...more, '-o', `type=oci,dest=${out}`);
      expect(stderr).toContain('CACHE_LAYER_LOST');
      const healed = await build(other, directory, '-o', `type=oci,dest=${out}`);
      expect(healed.stderr).not.toContain('CACHE_LAYER_LOST');
    }
  });

  it('fails no build when it cannot be written, unless the build is told to', async () => {
    const directory = project('unwritable');
    writeFileSync(join(bench.directory, 'file'), '');
    const to = `type=local,dest=${join(bench.directory, 'file', 'below')}`;
    const { stderr } = await build(bench, directory, '--cache-to', to);
    expect(stderr).toContain('CACHE_NOT_EXPORTED');
    const strict = ['build', '--cache-to', `${to},ignore-error=false`, directory];
    expect((await bench.lamina(strict)).status).toBe(1);
  });
});

describe('the cache of a build that was told to ignore its own', () => {
  const ran = (stderr: string) => stepsOf(stderr).run.filter((step) => /RUN|COPY/.test(step));
  const at = (name: string) => join(bench.directory, name);

  it.each([['--no-cache'], ['--no-cache-filter=build'], ['--verify']])(
    'spares another machine every step: %s',
    async (flag) => {
      const name = `forced${flag}`;
      // What --verify finds different is no matter here.
      const first = await machine(`${name}-1`);
      await first.lamina([
        ...['build', flag, '--cache-to', `type=local,dest=${at(name)}`],
        project(name),
      ]);
      const from = ['--cache-from', `type=local,src=${at(name)}`];
      const second = await machine(`${name}-2`);
      expect(ran((await build(second, project(name), ...from)).stderr)).toEqual([]);
    },
  );

  it('is found by a machine that made the first steps itself', async () => {
    const first = await machine('forced-first-1');
    const cache = at('forced-first');
    await build(first, project('forced-first'), '--no-cache');
    const to = `type=local,dest=${cache},mode=max`;
    await build(first, project('forced-first'), '--cache-to', to);
    const second = await machine('forced-first-2');
    await build(second, project('forced-first'), '--target=build');
    const from = ['--cache-from', `type=local,src=${cache}`];
    expect(ran((await build(second, project('forced-first'), ...from)).stderr)).toEqual([]);
  });
});

describe('a cache inside an image', () => {
  it('is found again by the name of the image', async () => {
    const directory = project('inline');
    const ref = `${watched.name}/app/inline`;
    const first = await machine('inline-1');
    await build(first, directory, '--cache-to', 'type=inline', '-t', ref);
    await first.succeed(['push', ref]);
    const second = await machine('inline-2');
    const { stderr } = await build(second, directory, '--cache-from', ref);
    expect(stepsOf(stderr).run.filter((step) => /RUN|COPY/.test(step))).toEqual([]);
  });
});

describe('what is written behind --cache-from and --cache-to', () => {
  it.each([
    [['--cache-to', 'type=registery,ref=a'], 'did you mean type=registry?'],
    [['--cache-to', 'type=s3,region=r'], 'bucket=NAME'],
    [['--cache-to', 'type=local'], '--cache-to type=local,dest=DIRECTORY'],
    [['--cache-from', 'type=local,dest=x'], '--cache-from type=local,src=DIRECTORY'],
    [['--cache-from', 'type=inline'], '--cache-from type=registry,ref=NAME'],
    [['--cache-to', 'type=local,dest=x,mode=most'], 'expected: min, max'],
  ])('is checked before anything is built: %j', async (args, told) => {
    const { status, stderr } = await bench.lamina(['build', ...args, project('checked')]);
    expect(status).toBe(1);
    expect(stderr).toContain('CACHE_OPTION');
    expect(stderr).toContain(told);
    rmSync(join(bench.directory, 'x'), { recursive: true, force: true });
  });
});
