/** What is easily got wrong on the command line, and is said so. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

let count = 0;
const project = (...lines: readonly string[]) =>
  bench.project({ Dockerfile: `${lines.join('\n')}\n`, a: 'a\n' }, `p${++count}`);

describe('a build argument', () => {
  const build = async (directory: string, ...args: string[]) => {
    const given = args.flatMap((arg) => ['--build-arg', arg]);
    return (await bench.succeed(['build', '--progress=plain', ...given, directory])).stderr;
  };

  it('that nothing declares is warned of, with the name that was meant', async () => {
    const directory = project('ARG BASE=scratch', 'FROM $BASE', 'ARG VERSION', 'COPY a /');
    const log = await build(directory, 'VERSIN=1', 'OTHER=x');
    expect(log).toContain('BUILD_ARG_UNUSED');
    expect(log).toContain('did you mean VERSION?');
    expect(log).toContain('the build argument OTHER has no effect');
    expect(log).toContain('declare it in the stage that uses it: ARG OTHER');
  });

  it('that a stage, a trigger of the base or the builder itself knows is not', async () => {
    await bench.succeed([
      ...['build', '-t', 'triggers'],
      project('FROM scratch', 'COPY a /', 'ONBUILD ARG FROM_TRIGGER'),
    ]);
    const directory = project(
      'FROM triggers AS unneeded',
      'ARG ELSEWHERE',
      'FROM triggers',
      'COPY a /b',
    );
    const known = ['FROM_TRIGGER=1', 'ELSEWHERE=1', 'HTTP_PROXY=', 'SOURCE_DATE_EPOCH=0'];
    const log = await build(directory, ...known, 'TARGETARCH=x', 'BUILDKIT_INLINE_CACHE=1');
    expect(log).not.toContain('BUILD_ARG_UNUSED');
  });
});

it('COPY without a context says so, and how to give one', async () => {
  const build = async (input: string) => {
    const { status, stderr } = await bench.lamina(['build', '-'], { input });
    expect(status).not.toBe(0);
    return stderr;
  };
  const copy = await build('FROM scratch\nCOPY package.json /app/\n');
  expect(copy).toContain('COPY_NO_CONTEXT');
  expect(copy).toContain('lamina build -f - . < Dockerfile');
  expect(copy).toContain("copy 'package.json'");
  expect(await build('FROM scratch\nADD x y /app/\n')).toContain('COPY_NO_CONTEXT');
  const stages = 'FROM scratch AS a\nCOPY <<EOF /x\nEOF\nFROM scratch\nCOPY --from=a /y /\n';
  expect(await build(stages)).toContain('COPY_SOURCE_NOT_FOUND');
  const tar = execFileSync('tar', ['-C', project('FROM scratch', 'COPY b /'), '-c', '.']);
  const { stderr } = await bench.lamina(['build', '-'], { input: tar });
  expect(stderr).toContain('COPY_SOURCE_NOT_FOUND');
});

describe('what a step has to tell', () => {
  const stage = ['FROM scratch AS files', 'COPY a /usr/lib/a', 'FROM scratch'];

  it.each([
    [
      'a wildcard that matches nothing',
      ['FROM scratch', 'COPY *.none /b/'],
      'COPY_NOTHING_MATCHED',
    ],
    [
      'a wildcard in a stage that matches nothing',
      [...stage, 'COPY --from=files /*.none /b/'],
      'COPY_NOTHING_MATCHED',
    ],
    ['files over each other', ['FROM scratch', 'COPY a Dockerfile /b'], 'COPY_OVERWRITTEN'],
    [
      'an owner that nobody knows',
      ['FROM scratch', 'COPY a /etc/passwd', 'COPY --chown=some:body a /b'],
      'COPY_UNKNOWN_OWNER',
    ],
  ])('is told from the cache too: %s', async (_, lines, code) => {
    const directory = project(...lines);
    const warned = async (...args: string[]) => {
      const build = ['build', '--progress=plain', ...args, directory];
      return (await bench.succeed(build)).stderr.split('\n').filter((line) => line.includes(code));
    };
    const first = await warned('--no-cache');
    expect(first.length).toBeGreaterThan(0);
    expect(await warned()).toEqual(first);
  });

  it('is about the instruction that has it, whatever others copied as little', async () => {
    const copied = async (source: string) =>
      (
        await bench.succeed([
          'build',
          '--progress=plain',
          project(...stage, `COPY --from=files ${source} /b/`),
        ])
      ).stderr;
    expect(await copied('/one*')).toContain("no file matches '/one*'");
    expect(await copied('/two*')).toContain("no file matches '/two*'");
    expect(await copied('/one*')).toContain("no file matches '/one*'");
  });

  it('comes along with a cache', async () => {
    const directory = project(...stage, 'COPY --from=files /three* /b/');
    const cache = `type=local,dest=${join(bench.directory, 'cache')}`;
    await bench.succeed(['build', '--cache-to', cache, directory]);
    using other = new Workbench();
    const from = ['--cache-from', `type=local,src=${join(bench.directory, 'cache')}`];
    const { stderr } = await other.succeed(['build', '--progress=plain', ...from, directory]);
    expect(stderr).not.toMatch(/DONE.*\n.*COPY --from/);
    expect(stderr).toContain("no file matches '/three*'");
  });
});

describe('a base image for another platform', () => {
  const ARM = ['build', '--platform', 'linux/arm64', '-t', 'arm'];
  const platform = async () =>
    (
      await bench.succeed(['inspect', '--format', '{{.Os}}/{{.Architecture}}', 'result'])
    ).stdout.trim();

  it('gives its platform to the result where none was asked for', async () => {
    await bench.succeed([...ARM, project('FROM scratch', 'COPY a /')]);
    const directory = project('FROM arm', 'COPY a /b');
    await bench.succeed(['build', '-t', 'result', directory]);
    expect(await platform()).toBe('linux/arm64');
    const stages = project('FROM arm AS files', 'FROM scratch', 'COPY --from=files /a /');
    await bench.succeed(['build', '-t', 'result', stages]);
    expect(await platform()).toBe('linux/amd64');
  });

  it('is refused where another was asked for, and taken where FROM or a context says so', async () => {
    await bench.succeed([...ARM, project('FROM scratch', 'COPY a /')]);
    const plain = ['build', '--progress=plain', '-t', 'result'];
    const refused = async (...args: string[]) => {
      const { status, stderr } = await bench.lamina([...plain, ...args]);
      expect(status).not.toBe(0);
      expect(stderr).toContain("image 'arm' is for linux/arm64, not for linux/amd64");
      expect(stderr).toContain('FROM --platform=linux/arm64 arm');
    };
    const unsaid = project('FROM arm', 'COPY a /c');
    await refused('--platform', 'linux/amd64', unsaid);
    await refused('--platform', 'linux/arm64,linux/amd64', unsaid);
    await refused(project('FROM --platform=linux/amd64 arm', 'COPY a /d'));
    const copy = project('FROM scratch', 'COPY --from=arm /a /');
    await refused('--platform', 'linux/amd64', copy);

    const said = project('FROM --platform=linux/arm64 arm', 'COPY a /e');
    await bench.succeed([...plain, '--platform', 'linux/amd64', said]);
    expect(await platform()).toBe('linux/amd64');
    const context = ['--build-context', 'arm=docker-image://arm'];
    await bench.succeed([...plain, '--platform', 'linux/amd64', ...context, unsaid]);
    expect(await platform()).toBe('linux/amd64');
  });

  it('is no other where a name means several', async () => {
    const several = ['build', '--platform', 'linux/arm64,linux/s390x', '-t', 'several'];
    await bench.succeed([...several, project('FROM scratch', 'COPY a /')]);
    const { status, stderr } = await bench.lamina(['build', project('FROM several', 'COPY a /b')]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('IMAGE_PLATFORM');
    expect(stderr).toContain('linux/arm64 and linux/s390x');
  });
});
