/** Which syntax is there without asking for it: BuildKit's stable channel, and what only its labs channel has. */
import { type ConformanceCase, lines, type Topic, withDifferences } from '../case.ts';

const SECTION = '1.0 channels';
type Row = readonly [name: string, rule: string, ...lines: string[]];

const STABLE = 'all syntax is there, whatever version the directive names';
const OLD = '# syntax=docker/dockerfile:1.0';

const rows: readonly Row[] = [
  ['old version and --mount', STABLE, OLD, 'FROM busybox', 'RUN --mount=target=/c cat /c/a > /f'],
  ['old version and --link', STABLE, OLD, 'FROM busybox', 'COPY --link --chmod=u=rwx a /x'],
  [
    'old version and --parents',
    STABLE,
    OLD,
    'FROM scratch',
    'COPY --parents --exclude=none d/b /x/',
  ],
  [
    'old version and a here-document',
    STABLE,
    OLD,
    'FROM busybox',
    'RUN <<EOF',
    'echo x > /f',
    'EOF',
  ],
  [
    'old version and --security',
    STABLE,
    OLD,
    'FROM busybox',
    'RUN --security=sandbox --network=none echo x > /f',
  ],
  ['old version and --unpack', STABLE, OLD, 'FROM scratch', 'ADD --unpack=false a /x'],
  ['old version and several ARGs', STABLE, OLD, 'FROM scratch', 'ARG A=1 B=2', 'LABEL a=$A b=$B'],
  ['labs', 'the labs channel', '# syntax=docker/dockerfile:1-labs', 'FROM scratch', 'LABEL a=1'],
  [
    'slashes',
    '`// syntax=` is for files of other types',
    '// syntax=docker/dockerfile:1',
    'FROM scratch',
  ],
  [
    'device',
    '--device is in the labs channel only',
    'FROM busybox',
    'RUN --device=vendor.com/class=name true',
  ],
  [
    'device required',
    '--device is in the labs channel only',
    'FROM busybox',
    'RUN --device=vendor.com/class,required true',
  ],
  ['device empty', '--device is in the labs channel only', 'FROM busybox', 'RUN --device= true'],
  [
    'device of labs',
    '--device with the labs channel',
    '# syntax=docker/dockerfile:1-labs',
    'FROM busybox',
    'RUN --device=vendor.com/class=name,required true',
  ],
];

const cases = rows.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
    files: { a: 'a\n', 'd/b': 'b\n' },
    options: { builtInFrontend: true },
  }),
);

const built = {
  outcome: {
    error: undefined,
    platform: 'linux/amd64',
    author: 'the base',
    config: {
      Cmd: ['sh'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    },
    history: ['layer: RUN /bin/sh -c true # buildkit'],
    files: {},
  },
};

export const channels: Topic = {
  name: '1.0-channels',
  cases: withDifferences(cases, {
    device: {
      reason:
        '`RUN --device` provides no device: it is an error if the device is `required`, and a warning otherwise',
      lamina: built,
    },
  }),
};
