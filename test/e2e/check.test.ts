/** The build checks, alone and in a build. */
import { afterAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';

describe('the build checks', () => {
  const bench = new Workbench();
  afterAll(() => bench[Symbol.dispose]());
  const project = (name: string, dockerfile: string) =>
    bench.project({ Dockerfile: dockerfile, file: 'x', '.dockerignore': 'hidden\n' }, name);
  const WARNED = 'FROM scratch\nCOPY file $NOWHERE/\n';

  it('look at a file whose base images are nowhere, and build nothing', async () => {
    const directory = project('alone', 'FROM no-such-image:1\nWORKDIR app\nCOPY hidden /\n');
    const { status, stdout } = await bench.lamina(['build', '--check', directory]);
    expect(status).toBe(1);
    expect(stdout).toContain('Check complete, 2 warnings have been found!');
    expect(stdout).toContain('WARNING: WorkdirRelativePath');
    expect(stdout).toContain('WARNING: CopyIgnoredFile');
    expect((await bench.succeed(['images', '-q'])).stdout).toBe('');
  });

  it('look at what can be read of a file that does not parse', async () => {
    const directory = project('unparsed', 'FROM scratch AS Big\nMAINTAINER me\nBADCMD\n');
    const { status, stdout, stderr } = await bench.lamina(['build', '--check', directory]);
    expect(status).toBe(1);
    expect(stdout).toContain('WARNING: StageNameCasing');
    expect(stdout).toContain('WARNING: MaintainerDeprecated');
    expect(stderr).toContain('DOCKERFILE_UNKNOWN_INSTRUCTION');
  });

  it('know the variables of an image that a named context puts in the place of a base', async () => {
    const base = project('base', 'FROM scratch\nENV KNOWN=1\nCOPY file /\n');
    await bench.succeed(['build', '-q', '-t', 'variables', base]);
    const directory = project('replaced', 'FROM other\nLABEL a=$KNOWN b=$UNKNOWN\n');
    const context = ['--build-context', 'other=docker-image://variables'];
    const { stdout } = await bench.lamina(['build', '--check', ...context, directory]);
    expect(stdout).toContain("the variable '$UNKNOWN' is not defined");
    expect(stdout).not.toContain("the variable '$KNOWN'");
    await bench.succeed(['rmi', 'variables']);
  });

  it('are satisfied with a good file', async () => {
    const directory = project('good', 'FROM scratch\nCOPY file /\n');
    const { stdout } = await bench.succeed(['build', '--check', directory]);
    expect(stdout).toBe('Check complete, no warnings found.\n');
  });

  it('warn in a build, in a cached one too', async () => {
    const directory = project('warned', WARNED);
    for (const _ of ['built', 'cached']) {
      const { stderr } = await bench.succeed(['build', '--progress=plain', directory]);
      expect(stderr).toContain("WARNING: the variable '$NOWHERE' is not defined (Dockerfile:2)");
    }
  });

  it('fail a build where the file or the command line asks for it', async () => {
    const strict = project('strict', `# check=error=true\n${WARNED}`);
    const { status, stderr } = await bench.lamina(['build', strict]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('CHECK_FAILED')]);
    const override = 'BUILDKIT_DOCKERFILE_CHECK=';
    await bench.succeed(['build', '--build-arg', `${override}skip=UndefinedVar`, strict]);
    const lax = project('lax', `# check=skip=all\n${WARNED}`);
    const given = await bench.lamina(['build', '--build-arg', `${override}error=true`, lax]);
    expect(given.stderr).toContain('CHECK_FAILED');
    const wrong = await bench.lamina(['build', '--build-arg', `${override}skipp=all`, lax]);
    expect(wrong.stderr).toContain('DOCKERFILE_INVALID_CHECK');
  });

  it('stand beside what else can be asked of a file', async () => {
    const directory = project('asked', 'FROM a AS build\nARG X=1\nFROM build AS web\n');
    const outline = await bench.succeed(['build', '--call=outline', directory]);
    expect(outline.stdout).toMatch(/^TARGET: +web\n[\s\S]*^X +1$/m);
    const targets = await bench.succeed(['build', '--call=targets', directory]);
    expect(targets.stdout).toMatch(/^build$[\s\S]*^web \(default\)$/m);
  });
});
