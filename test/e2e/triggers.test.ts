/** Mistakes in ONBUILD triggers: shown in the trigger, with the image it came from and the FROM that uses it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());
beforeAll(async () => {
  await makeBusyboxImage(bench);
});

const CHILD = '# this line is no trigger\nARG A=b\n\nFROM parent\nCOPY x /x\n';

/** What a build of a child says whose parent has this trigger. */
async function failure(trigger: string, child = CHILD): Promise<string> {
  const directory = bench.project({
    Parent: `FROM busybox\nONBUILD LABEL first=1\nONBUILD ${trigger}\n`,
    Dockerfile: child,
    x: 'x\n',
  });
  await bench.succeed(['build', '-t', 'parent', '-f', join(directory, 'Parent'), directory]);
  const { status, stderr } = await bench.lamina(['build', directory]);
  expect(status).not.toBe(0);
  return stderr;
}

describe('a mistake in a trigger', () => {
  it.each([
    ['EXPOSE 80 99999', '99999'],
    ['COPY none /p/', 'none'],
    ['COPY --from=Bad:Name:x /a /b', 'Bad:Name:x'],
    ['COPY --wrong a b', '--wrong'],
    [`LABEL a=\${X:?none}`, `\${X:?none}`],
    ['COPY --chmod=9 x /x', '9'],
    ['RUN --mount=type=secret,id=s,required true', 'type=secret,id=s,required'],
    ['RUN exit 3', 'RUN exit 3'],
  ])('is underlined there: %s', async (trigger, fault) => {
    const stderr = await failure(trigger);
    const column = trigger.indexOf(fault) + 1;
    expect(stderr).toContain(`--> ONBUILD trigger of parent:1:${column}, used by FROM in`);
    expect(stderr).toMatch(/Dockerfile:4$/m);
    expect(stderr).toContain(
      ` 1 | ${trigger}\n   | ${' '.repeat(column - 1)}${'^'.repeat(fault.length)}\n`,
    );
    expect(stderr).not.toContain('this line is no trigger');
  });

  it('is shown where an earlier stage has the trigger', async () => {
    const child = 'FROM busybox AS one\nONBUILD EXPOSE 99999\n\nFROM one\n';
    const stderr = await failure('LABEL a=b', child);
    expect(stderr).toMatch(
      /--> ONBUILD trigger of stage one:1:8, used by FROM in .*Dockerfile:4$/m,
    );
  });

  it('is underlined in the USER of another trigger', async () => {
    const directory = bench.project({
      Parent: 'FROM busybox\nONBUILD USER nobody-here\nONBUILD RUN id\n',
      Dockerfile: 'FROM users\n',
    });
    await bench.succeed(['build', '-t', 'users', '-f', join(directory, 'Parent'), directory]);
    expect((await bench.lamina(['build', directory])).stderr).toContain(' 1 | USER nobody-here\n');
  });
});
