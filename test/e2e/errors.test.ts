/** Every mistake gets file, line, underline, expectation, hint, code and a documented status. */
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

interface Mistake {
  readonly name: string;
  readonly dockerfile: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: string;
  /** The faulty text, which has to be underlined on its line. */
  readonly fault?: string;
  readonly line?: number;
  readonly says?: RegExp;
  readonly status?: number;
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'an unknown instruction, with the nearest name',
    dockerfile: 'FROM busybox\nRUNN echo\n',
    code: 'DOCKERFILE_UNKNOWN_INSTRUCTION',
    fault: 'RUNN',
    line: 2,
    says: /RUN\b/,
  },
  {
    name: 'an unknown flag, with the nearest name',
    dockerfile: 'FROM busybox\nCOPY --chwon=1 a b\n',
    code: 'DOCKERFILE_UNKNOWN_FLAG',
    fault: '--chwon=1',
    line: 2,
    says: /--chown/,
  },
  {
    name: 'a syntax error',
    dockerfile: 'FROM busybox\nRUN <<END\nnever closed\n',
    code: 'DOCKERFILE_UNTERMINATED_HEREDOC',
    fault: '<<END',
    line: 2,
  },
  {
    name: 'a file that is not in the context, with the nearest name',
    dockerfile: 'FROM busybox\nCOPY mian.txt /\n',
    code: 'COPY_SOURCE_NOT_FOUND',
    fault: 'mian.txt',
    line: 2,
    says: /main\.txt/,
  },
  {
    name: 'a file that another stage makes, with the flag that is missing',
    dockerfile:
      'FROM busybox AS build\nRUN echo made > /bin/hello\nFROM busybox\nCOPY /bin/hello /hello\n',
    code: 'COPY_SOURCE_NOT_FOUND',
    fault: '/bin/hello',
    line: 4,
    says: /stage build creates \/bin\/hello: add --from=build/,
  },
  {
    name: 'a file that the stage has in another place',
    dockerfile:
      'FROM busybox AS build\nWORKDIR /go\nRUN echo made > tool\nFROM busybox\nCOPY --from=build /app/tool /tool\n',
    code: 'COPY_SOURCE_NOT_FOUND',
    fault: '/app/tool',
    line: 5,
    says: /stage build has the file \/go\/tool/,
  },
  {
    name: 'a comment that COPY takes for paths',
    dockerfile: 'FROM busybox AS build\nFROM busybox\nCOPY . . # all of it\n',
    code: 'DOCKERFILE_TRAILING_COMMENT',
    fault: '# all of it',
    line: 3,
    says: /'#' does not exist/,
  },
  {
    name: 'comments that several COPY take for paths, the first of them',
    dockerfile: 'FROM busybox\nCOPY D* ./ # first\nRUN true # not this\nCOPY . . # all of it\n',
    code: 'DOCKERFILE_TRAILING_COMMENT',
    fault: '# first',
    line: 2,
    says: /a line of its own, also on line 4/,
  },
  {
    name: 'a comment behind the destination of COPY',
    dockerfile: 'FROM busybox\nCOPY main.txt /x/ # one\n',
    code: 'DOCKERFILE_TRAILING_COMMENT',
    fault: '# one',
    line: 2,
  },
  {
    name: 'a comment that is taken for a part of the user, where a step needs it',
    dockerfile: 'FROM busybox\nUSER app # switch\nRUN id\n',
    code: 'DOCKERFILE_TRAILING_COMMENT',
    fault: 'app # switch',
    line: 2,
  },
  {
    name: 'a mode that is none',
    dockerfile: 'FROM busybox\nCOPY --chmod=9x main.txt /\n',
    code: 'MODE_INVALID',
    fault: '9x',
    line: 2,
  },
  {
    name: 'a JSON array that does not end',
    dockerfile: 'FROM busybox\nCOPY ["main.txt", "/x"\n',
    code: 'PATTERN_INVALID',
    line: 2,
    says: /closed by a \]/,
  },
  {
    name: 'a path where a file is in the way, with the slash that is missing',
    dockerfile: 'FROM busybox\nCOPY main.txt . /x\n',
    code: 'COPY_DIRECTORY_OVER_FILE',
    fault: '/x',
    line: 2,
    says: /\/x\//,
  },
  {
    name: 'a secret that is not given, at its mount',
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=t,required true\n',
    code: 'SECRET_MISSING',
    fault: 'type=secret,id=t,required',
    line: 2,
  },
  {
    name: 'a stage that does not exist',
    dockerfile: 'FROM busybox AS build\nFROM scratch\nCOPY --from=biuld /bin/sh /\n',
    code: 'IMAGE_NOT_FOUND',
    fault: 'biuld',
    line: 3,
    says: /build/,
  },
  {
    name: 'a target that does not exist',
    dockerfile: 'FROM busybox AS build\n',
    args: ['--target', 'biuld'],
    code: 'PLAN_UNKNOWN_TARGET',
    says: /build/,
  },
  {
    name: 'a base image that is nowhere',
    dockerfile: 'FROM no-such-image:1\n',
    code: 'IMAGE_NOT_FOUND',
    fault: 'no-such-image:1',
    line: 1,
  },
  {
    name: 'a RUN that fails, with its exit code and last lines',
    dockerfile: 'FROM busybox\nRUN echo almost; exit 42\n',
    code: 'RUN_FAILED',
    line: 2,
    says: /almost[\s\S]*42|42[\s\S]*almost/,
  },
  {
    name: 'a machine without a runtime',
    dockerfile: 'FROM busybox\nRUN echo\n',
    env: { LAMINA_RUNTIME: '/nowhere/runc' },
    code: 'RUNTIME_ISOLATION',
    line: 2,
  },
];

describe('a mistake', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());
  const documented = readFileSync(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');

  it.each(MISTAKES)('is explained: $name', async (mistake) => {
    const files = { Dockerfile: mistake.dockerfile, 'main.txt': 'main\n' };
    const directory = bench.project(files, `mistake-${MISTAKES.indexOf(mistake)}`);
    const args = ['build', '--progress=plain', ...(mistake.args ?? []), directory];
    const { status, stderr, stdout } = await bench.lamina(args, { env: mistake.env ?? {} });
    expect(status).toBe(mistake.status ?? 1);
    expect(stdout).toBe('');
    expect(stderr).toContain(mistake.code);
    expect(documented).toContain(mistake.code);
    expect(stderr).not.toMatch(/\n\s+at .*\.(js|ts):\d+/);
    if (mistake.says !== undefined) expect(stderr).toMatch(mistake.says);
    if (mistake.line !== undefined) expect(stderr).toContain(`Dockerfile:${mistake.line}`);
    if (mistake.fault !== undefined) expect(underlinedIn(stderr)).toContain(mistake.fault);
  });

  it('is told with status 125 when the command line is wrong', async () => {
    const { status, stderr } = await bench.lamina(['build', '--taget', 'x', '.']);
    expect(status).toBe(125);
    expect(stderr).toContain('--target');
  });

  it('loses nothing in the store: the steps before it stay cached', async () => {
    const directory = bench.project(
      { Dockerfile: 'FROM busybox\nRUN echo kept > /kept\nRUN exit 1\n' },
      'kept',
    );
    await bench.lamina(['build', '--progress=plain', directory]);
    const { stderr } = await bench.lamina(['build', '--progress=plain', directory]);
    expect(stderr).toContain('CACHED');
    const { stdout } = await bench.succeed(['run', '--rm', 'busybox', 'echo', 'still there']);
    expect(stdout).toBe('still there\n');
  });

  it('is told when there is no Dockerfile or no context', async () => {
    const directory = bench.project({ other: '' }, 'no-dockerfile');
    const missing = await bench.lamina(['build', directory]);
    expect(missing.stderr).toContain('DOCKERFILE_NOT_FOUND');
    rmSync(join(directory), { recursive: true });
    const nowhere = await bench.lamina(['build', directory]);
    expect(nowhere.stderr).toContain('CONTEXT_NOT_FOUND');
  });
});

/** The source text above each run of carets. */
function underlinedIn(output: string): string[] {
  const lines = output.split('\n');
  return lines.flatMap((line, index) => {
    const carets = /\^+/.exec(line);
    const above = lines[index - 1];
    if (carets === null || above === undefined) return [];
    return [above.slice(carets.index, carets.index + carets[0].length)];
  });
}
