/** RUN --mount: bind, cache and tmpfs mounts, and what they leave behind (nothing). */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { stepsOf, Workbench } from '../support/cli.ts';

const BUILD = ['build', '--progress=plain'];

describe('RUN --mount', () => {
  const bench = new Workbench();
  let projects = 0;

  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  const project = (dockerfile: string, files: Readonly<Record<string, string>> = {}) =>
    bench.project({ Dockerfile: dockerfile, ...files }, `project-${++projects}`);

  /** What the steps of a build printed. */
  async function output(directory: string, args: readonly string[] = []): Promise<string> {
    const { stderr } = await bench.succeed([...BUILD, ...args, directory]);
    return stderr;
  }

  /** The files of the last stage's own layers. */
  async function files(directory: string): Promise<string> {
    const out = join(directory, '..', `out-${projects}`);
    await bench.succeed([...BUILD, '-o', out, directory]);
    return out;
  }

  describe('of type bind', () => {
    it('shows the context without what .dockerignore leaves out, read-only', async () => {
      const directory = project(
        [
          'FROM busybox',
          'RUN --mount=target=/ctx ls -A /ctx | tr "\\n" " "; touch /ctx/new 2>&1 || echo refused',
        ].join('\n'),
        { a: '1', 'b/c': '2', secret: '3', '.dockerignore': 'secret\nDockerfile\n.dockerignore' },
      );
      const log = await output(directory);
      expect(log).toMatch(/ a b +touch/);
      expect(log).toContain('Read-only file system');
      expect(log).toContain('refused');
    });

    it('throws away what is written with rw, and never touches the context', async () => {
      const directory = project(
        [
          'FROM busybox',
          'RUN --mount=source=src,target=/src,rw echo changed > /src/file && rm /src/other && cat /src/file',
          'RUN --mount=source=src,target=/src,rw cat /src/file /src/other',
        ].join('\n'),
        { 'src/file': 'first\n', 'src/other': 'second\n' },
      );
      const log = await output(directory);
      expect(log).toMatch(/changed[\s\S]*first[\s\S]*second/);
      expect(readFileSync(join(directory, 'src/file'), 'utf8')).toBe('first\n');
      expect(existsSync(join(await files(directory), 'src'))).toBe(false);
    });

    it('takes a single file, names with special characters, and a target below WORKDIR', async () => {
      const directory = project(
        [
          'FROM busybox',
          'WORKDIR /work',
          'RUN --mount=source=odd[1]*.txt,target=in/file cat in/file /work/in/file',
          'RUN test ! -e in',
        ].join('\n'),
        { 'odd[1]*.txt': 'odd\n', 'odd1x.txt': 'no\n' },
      );
      expect(await output(directory)).toMatch(/odd\n.*odd\n/);
    });

    it('takes files of a stage, following its links inside of it', async () => {
      const directory = project(
        [
          'FROM busybox AS made',
          'RUN mkdir -p /out/sub && echo found > /out/sub/file && ln -s /out/sub /link',
          'FROM busybox',
          'RUN --mount=from=made,source=/link/file,target=/file cat /file',
          'RUN --mount=type=bind,from=made,target=/made ls /made/out',
        ].join('\n'),
      );
      const log = await output(directory);
      expect(log).toContain('found');
      expect(log).toMatch(/#\d+ \d+\.\d+ sub/);
    });

    it('takes no stage by its index', async () => {
      const directory = project(
        'FROM busybox AS first\nFROM busybox\nRUN --mount=from=0,target=/x ls',
      );
      const { status, stderr } = await bench.lamina([...BUILD, directory]);
      expect(status).not.toBe(0);
      expect(stderr).toContain('--mount=from=0');
    });

    it('names the location of a missing source, and why', async () => {
      const directory = project('FROM busybox\nRUN --mount=source=mising,target=/x ls /x', {
        missing: '',
      });
      const { status, stderr } = await bench.lamina([...BUILD, directory]);
      expect(status).not.toBe(0);
      expect(stderr).toContain("'mising' does not exist");
      expect(stderr).toContain('missing');
      expect(stderr).toContain('Dockerfile:2');
      const stage = project(
        'FROM busybox AS made\nFROM busybox\nRUN --mount=from=made,source=/no,target=/x ls /x',
      );
      const other = await bench.lamina([...BUILD, stage]);
      expect(other.status).not.toBe(0);
      expect(other.stderr).toContain('MOUNT_SOURCE_NOT_FOUND');
      expect(other.stderr).toContain('Dockerfile:3');
    });

    it('runs a step again when mounted files change, not when others do', async () => {
      const directory = project(
        [
          'FROM busybox AS made',
          'COPY src /made/src',
          'COPY other /made/other',
          'FROM busybox',
          'RUN --mount=source=src,target=/src cat /src/file',
          'RUN --mount=from=made,source=/made/src,target=/src cat /src/file',
        ].join('\n'),
        { 'src/file': '1', 'other/file': '1' },
      );
      await output(directory);
      writeFileSync(join(directory, 'other/file'), 'changed');
      const unchanged = stepsOf(await output(directory));
      expect(unchanged.run.filter((name) => name.includes('RUN'))).toEqual([]);
      writeFileSync(join(directory, 'src/file'), 'changed');
      const changed = stepsOf(await output(directory));
      expect(changed.run.filter((name) => name.includes('RUN'))).toHaveLength(2);
    });

    it('counts the mounted files as transferred', async () => {
      const directory = project('FROM busybox\nRUN --mount=source=big,target=/big wc -c /big', {
        big: 'x'.repeat(5000),
        unused: 'y'.repeat(5000),
      });
      expect(await output(directory)).toMatch(/transferring context: 5(\.00)?kB/);
    });
  });

  it('gives a tmpfs of the asked size', async () => {
    const directory = project(
      [
        'FROM busybox',
        'RUN --mount=type=tmpfs,target=/fast,size=2m df /fast | tail -1; head -c 3000000 /dev/zero > /fast/x || echo full',
        'RUN test ! -e /fast',
      ].join('\n'),
    );
    const log = await output(directory);
    expect(log).toMatch(/tmpfs +2048 /);
    expect(log).toContain('full');
  });

  describe('of type cache', () => {
    it('lasts from build to build, and is no part of key or image', async () => {
      const directory = project(
        [
          'FROM busybox',
          'ARG RUN_AGAIN',
          'RUN --mount=type=cache,target=/cache echo $RUN_AGAIN >> /cache/log; cat /cache/log',
        ].join('\n'),
      );
      await output(directory, ['--build-arg', 'RUN_AGAIN=first']);
      const second = await output(directory, ['--build-arg', 'RUN_AGAIN=second']);
      expect(second).toMatch(/ first\n.* second\n/);
      const first = stepsOf(await output(directory, ['--build-arg', 'RUN_AGAIN=first']));
      expect(first.run.filter((name) => name.includes('RUN'))).toEqual([]);
      expect(existsSync(join(await files(directory), 'cache'))).toBe(false);
    });

    it('is found by its id, apart for each namespace and owner', async () => {
      const step = (target: string, options = '') =>
        `RUN --mount=type=cache,id=own,target=${target}${options} echo $(stat -c '%u:%g %a' ${target}) $(ls ${target}); touch ${target}/here || true`;
      const directory = project(
        [
          'FROM busybox',
          step('/c1'),
          step('/c2'),
          step('/c3', ',uid=1001,gid=50,mode=0770'),
          step('/c4', ',ro'),
        ].join('\n'),
      );
      const log = await output(directory);
      expect(log).toMatch(
        / 0:0 755\n[\s\S]* 0:0 755 here\n[\s\S]* 1001:50 770\n[\s\S]* 0:0 755 here\n/,
      );
      expect(log).toContain('Read-only file system');
      const other = await output(directory, [
        ...['--no-cache', '--build-arg', 'BUILDKIT_CACHE_MOUNT_NS=team'],
      ]);
      expect(other.match(/ 755 here$/gm)).toHaveLength(2);
      expect(other).toMatch(/ 0:0 755\n/);
    });

    it('begins with the files of a stage, with their owners', async () => {
      const directory = project(
        [
          'FROM busybox AS seed',
          'RUN mkdir -p /seed/sub && echo seeded > /seed/sub/file && chown 1001:50 /seed/sub && ln /seed/sub/file /seed/hard',
          'FROM busybox',
          'RUN --mount=type=cache,target=/c,from=seed,source=/seed cat /c/hard; ls -nd /c/sub; echo more > /c/more',
          'RUN --mount=type=cache,target=/c,from=seed,source=/seed cat /c/more',
        ].join('\n'),
      );
      const log = await output(directory);
      expect(log).toContain('seeded');
      expect(log).toMatch(/1001 +50 .*\/c\/sub/);
      expect(log).toContain(' more\n');
    });

    it('is used by one build at a time when it is locked', async () => {
      const step = (name: string) => [
        'FROM busybox',
        `RUN --mount=type=cache,id=locked,target=/c,sharing=locked test ! -e /c/busy && touch /c/busy && sleep 1 && rm /c/busy && echo ${name} >> /c/log`,
        `RUN --mount=type=cache,id=locked,target=/c,sharing=locked cat /c/log # ${name}`,
      ];
      const names = ['one', 'two', 'three'];
      const directories = names.map((name) => project(step(name).join('\n')));
      const logs = await Promise.all(directories.map((directory) => output(directory)));
      const complete = logs.map((log) => names.filter((name) => log.includes(` ${name}\n`)).length);
      expect(Math.max(...complete)).toBe(3);
    });

    it('is another one for whoever wants it alone while it is in use, the same for those who share', async () => {
      const wait = (sharing: string) =>
        [
          `RUN --mount=type=cache,id=${sharing},target=/c,sharing=${sharing} touch /c/$ME && for i in 1 2 3 4 5 6 7 8 9 10; do`,
          `sleep 0.3; test $(ls /c | wc -l) -gt 1 && break; done; echo $ME saw $(ls /c | wc -l) # ${sharing}`,
        ].join(' ');
      const build = async (sharing: string, name: string) =>
        output(project(['FROM busybox', `ENV ME=${name}`, wait(sharing)].join('\n')));
      const shared = await Promise.all([build('shared', 'a'), build('shared', 'b')]);
      expect(shared.join()).toMatch(/a saw 2[\s\S]*b saw 2/);
      const apart = await Promise.all([build('private', 'a'), build('private', 'b')]);
      expect(apart.join()).toMatch(/a saw 1[\s\S]*b saw 1/);
    });

    it('is shown by system df and removed by builder prune -a', async () => {
      const mine = new Workbench({ store: join(bench.directory, 'pruned-store') });
      await makeBusyboxImage(mine);
      const directory = mine.project({
        Dockerfile:
          'FROM busybox\nRUN --mount=type=cache,id=fat,target=/c head -c 5000000 /dev/zero > /c/fat',
      });
      await mine.succeed([...BUILD, directory]);
      const usage = await mine.succeed(['system', 'df', '--format', '{{.Type}} {{.Size}}']);
      const before = Number(/Build Cache ([\d.]+)MB/.exec(usage.stdout)?.[1]);
      expect(before).toBeGreaterThanOrEqual(5);
      await mine.succeed(['builder', 'prune', '-f']);
      expect(readdirSync(join(mine.store, 'mounts'))).toHaveLength(1);
      const pruned = await mine.succeed(['builder', 'prune', '-a', '-f']);
      expect(pruned.stdout).toContain('cache mount fat');
      expect(readdirSync(join(mine.store, 'mounts'))).toEqual([]);
      mine[Symbol.dispose]();
    });
  });

  it('leaves no mount point behind, nor a changed time', async () => {
    const directory = project(
      [
        'FROM busybox',
        'RUN mkdir -p /kept/dir && touch -d "2001-01-01 00:00:00" /kept/dir /kept',
        'RUN --mount=target=/kept/dir/ctx --mount=type=cache,target=/var/cache/deep/down --mount=type=tmpfs,target=/t true',
        'RUN --mount=type=cache,target=/root/.cache touch /marker',
      ].join('\n'),
    );
    const out = await files(directory);
    expect(readdirSync(join(out, 'kept/dir'))).toEqual([]);
    expect(statSync(join(out, 'kept/dir')).mtime.getFullYear()).toBe(2001);
    expect(existsSync(join(out, 'var'))).toBe(false);
    expect(existsSync(join(out, 't'))).toBe(false);
    expect(readdirSync(join(out, 'root'))).toEqual([]);
    expect(existsSync(join(out, 'marker'))).toBe(true);
  });

  it('gives no network where none is wanted, all rights only where they are allowed', async () => {
    const network = project('FROM busybox\nRUN --network=none ls /sys/class/net | tr "\\n" ";"');
    expect(await output(network)).toMatch(/ lo;/);
    const insecure = project(
      'FROM busybox\nRUN --security=insecure grep CapEff /proc/self/status; mount -t tmpfs x /mnt || mkdir /mnt && mount -t tmpfs x /mnt && echo mounted',
    );
    const refused = await bench.lamina([...BUILD, insecure]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('PLAN_NOT_ALLOWED');
    expect(refused.stderr).toContain('--allow security.insecure');
    expect(await output(insecure, ['--allow', 'security.insecure'])).toContain('mounted');
    const device = project('FROM busybox\nRUN --device=vendor.com/class=gpu,required true');
    const missing = await bench.lamina([...BUILD, device]);
    expect(missing.stderr).toContain('PLAN_DEVICE_UNAVAILABLE');
  });
});
