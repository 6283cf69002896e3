/** Failures of steps are underlined at the part of the instruction they are about. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { header, pack } from '../support/tars.ts';

type Row = readonly [
  lines: string | readonly string[],
  code: string,
  line: number,
  underlined: string,
];

const COPY: readonly Row[] = [
  ['COPY here gone /d/', 'COPY_SOURCE_NOT_FOUND', 2, 'gone'],
  // Twice the same text: the second one is in another tree.
  ['COPY gone here gone /d/', 'COPY_SOURCE_NOT_FOUND', 2, 'gone'],
  [['ARG NAME=gone', 'COPY here $NAME /d/'], 'COPY_SOURCE_NOT_FOUND', 3, '$NAME'],
  ['COPY ["here", "gone", "/d/"]', 'COPY_SOURCE_NOT_FOUND', 2, '"gone"'],
  ['COPY --parents here gone/x /d/', 'COPY_SOURCE_NOT_FOUND', 2, 'gone/x'],
  ['COPY here gone/[ /d/', 'COPY_SOURCE_NOT_FOUND', 2, 'gone/['],
  ['COPY here a[ /d/', 'PATTERN_INVALID', 2, 'a['],
  ['COPY --exclude=ok --exclude=b[ here /d/', 'PATTERN_INVALID', 2, 'b['],
  ['COPY loop /d/', 'SYMLINK_LOOP', 2, 'loop'],
  ['COPY --chmod=9x here /d/', 'MODE_INVALID', 2, '9x'],
  ['COPY --link --chown=app:staff here /d/', 'COPY_LINK_OWNER', 2, 'app:staff'],
  ['COPY here there /bin/busybox', 'COPY_DIRECTORY_OVER_FILE', 2, '/bin/busybox'],
  ['COPY there /etc/passwd', 'COPY_DIRECTORY_OVER_FILE', 2, '/etc/passwd'],
  ['COPY here /etc/passwd/', 'PATH_NOT_A_DIRECTORY', 2, '/etc/passwd/'],
  [['WORKDIR /etc', 'COPY here passwd/x'], 'PATH_NOT_A_DIRECTORY', 3, 'passwd/x'],
  [['COPY <<one /etc/passwd/', 'text', 'one'], 'PATH_NOT_A_DIRECTORY', 2, '/etc/passwd/'],
  [
    ['FROM busybox AS made', 'FROM busybox', 'COPY --from=made /bin/sh /gone /d/'],
    'COPY_SOURCE_NOT_FOUND',
    4,
    '/gone',
  ],
  ['COPY --from=made /x /d/', 'IMAGE_NOT_FOUND', 2, 'made'],
  ['COPY here /d/ # both', 'DOCKERFILE_TRAILING_COMMENT', 2, '# both'],
  ['ADD --chmod=9x here /d/', 'MODE_INVALID', 2, '9x'],
  ['ADD here torn.tar /d/', 'ARCHIVE_TRUNCATED', 2, 'torn.tar'],
  ['ADD here unsafe.tar /d/', 'ARCHIVE_UNSAFE_MEMBER', 2, 'unsafe.tar'],
  ['ADD here unsafe.tar /etc/passwd/x/', 'PATH_NOT_A_DIRECTORY', 2, '/etc/passwd/x/'],
  ['ADD here http://127.0.0.1:9/x /d/', 'HTTP_FAILED', 2, 'http://127.0.0.1:9/x'],
];

const DIRECTORIES_AND_USERS: readonly Row[] = [
  ['WORKDIR /etc/passwd/x', 'PATH_NOT_A_DIRECTORY', 2, '/etc/passwd/x'],
  [['FROM scratch', 'USER app', 'WORKDIR /x'], 'COPY_LINK_OWNER', 2, 'app'],
  [['USER nobody-here', 'RUN id'], 'USER_UNKNOWN', 2, 'nobody-here'],
  [['USER app:none', 'RUN id'], 'GROUP_UNKNOWN', 2, 'app:none'],
  [['USER app # who', 'RUN id'], 'DOCKERFILE_TRAILING_COMMENT', 2, 'app # who'],
  [['FROM busybox AS one', 'USER none', 'FROM one', 'RUN id'], 'USER_UNKNOWN', 3, 'none'],
  ['RUN exit 3', 'RUN_FAILED', 2, 'RUN exit 3'],
  [['RUN <<END', 'exit 3', 'END'], 'RUN_FAILED', 2, 'RUN <<END'],
];

const MOUNTS: readonly Row[] = [
  [
    'RUN --mount=type=tmpfs,target=/t --mount=type=secret,id=s,required true',
    'SECRET_MISSING',
    2,
    'type=secret,id=s,required',
  ],
  ['RUN --mount=type=ssh,required true', 'SSH_MISSING', 2, 'type=ssh,required'],
  ['RUN --mount=type=bind,source=gone,target=/x true', 'COPY_SOURCE_NOT_FOUND', 2, 'source=gone'],
  [
    [
      'FROM busybox AS made',
      'FROM busybox',
      'RUN --mount=type=tmpfs,target=/t --mount=from=made,source=/gone,target=/x true',
    ],
    'MOUNT_SOURCE_NOT_FOUND',
    4,
    'source=/gone',
  ],
  ['RUN --mount=type=cache,target=/c,source=gone true', 'MOUNT_SOURCE_NOT_FOUND', 2, 'source=gone'],
  [
    [
      'FROM busybox AS made',
      'FROM busybox',
      'RUN --mount=type=cache,target=/c,from=made,source=/etc/passwd true',
    ],
    'MOUNT_SOURCE_INVALID',
    4,
    'source=/etc/passwd',
  ],
  [
    'RUN --mount=type=tmpfs,target=/etc/passwd true',
    'RUNTIME_MOUNT_TARGET',
    2,
    'target=/etc/passwd',
  ],
  ['RUN --mount=type=tmpfs,target=/ true', 'PLAN_MOUNT_TARGET', 2, 'target=/'],
];

const bench = new Workbench();
beforeAll(async () => {
  await makeBusyboxImage(bench);
  const content = Buffer.alloc(2000);
  const directory = bench.project({
    here: 'here\n',
    'there/file': 'there\n',
    'torn.tar': pack([{ header: header({ path: 'file' }), content }]).subarray(0, 1500),
    'unsafe.tar': pack([{ header: header({ path: 'a', type: 'hardlink', linkTarget: 'none' }) }]),
  });
  symlinkSync('loop', join(directory, 'loop'));
});
afterAll(() => bench[Symbol.dispose]());

function project(lines: Row[0]): string {
  const all = typeof lines === 'string' ? [lines] : lines;
  const from = all[0] === 'FROM scratch' ? [] : ['FROM busybox'];
  return bench.project({ Dockerfile: [...from, ...all, ''].join('\n') });
}

interface Shown {
  readonly code: string | undefined;
  readonly line: number;
  readonly underlined: string;
}

/** What the message of a failed build underlines. */
function shown(stderr: string): Shown {
  const [, line = '', text = '', carets = ''] =
    /^ *(\d+) \| (.*)\n *\| ( *\^+)$/m.exec(stderr) ?? [];
  const start = carets.indexOf('^');
  return {
    code: /^ *code: ([A-Z_]+)/m.exec(stderr)?.[1],
    line: Number(line),
    underlined: text.slice(start, carets.length),
  };
}

describe.each([
  ['COPY and ADD', COPY],
  ['WORKDIR, USER and RUN', DIRECTORIES_AND_USERS],
  ['RUN --mount', MOUNTS],
])('a fault in %s', (_, rows) => {
  it.each(rows)('%j: %s', async (lines, code, line, underlined) => {
    const { status, stderr } = await bench.lamina(['build', '--progress=quiet', project(lines)]);
    expect(status, stderr).not.toBe(0);
    expect(shown(stderr), stderr).toEqual({ code, line, underlined });
  });
});
