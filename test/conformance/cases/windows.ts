/** Cases about images for Windows, which are made without running anything in them. */
import {
  type ConformanceCase,
  type IntendedDifference,
  lines,
  type Outcome,
  type Topic,
  withDifferences,
} from '../case.ts';

const SECTION = '1.11 Windows';
const WINDOWS = 'windows/amd64';

type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  platform?: string | undefined,
];

const rows: readonly Row[] = [
  [
    'shell form',
    'the shell is `cmd /S /C`, and no PATH is set',
    ['FROM scratch', 'COPY a /a', 'CMD echo hi', 'ENTRYPOINT run me', 'HEALTHCHECK CMD try it'],
  ],
  [
    'shell form after SHELL',
    'SHELL goes before the shell of the system',
    ['FROM scratch', 'SHELL ["powershell", "-command"]', 'COPY a /a', 'CMD echo hi'],
  ],
  [
    'version of the system',
    'the version that is asked for is in the config and in the arguments',
    [
      'FROM scratch',
      'ARG TARGETPLATFORM',
      'ARG TARGETOS',
      'ARG TARGETOSVERSION',
      'LABEL platform=$TARGETPLATFORM os=$TARGETOS version=$TARGETOSVERSION',
      'COPY a /a',
    ],
    'windows(10.0.20348+feature)/amd64',
  ],
  [
    'base',
    'version and features of the base are kept, and its directory has backslashes',
    ['FROM windows', 'COPY a here', 'CMD echo hi'],
  ],
  [
    'base and another version',
    'the version that is asked for goes before that of the base',
    ['FROM windows', 'COPY a /a'],
    'windows(10.0.17763.9)/amd64',
  ],
  [
    'base of another stage',
    'a stage has what its base has',
    ['FROM windows AS one', 'WORKDIR sub', 'FROM one', 'COPY a a', 'RUN ["never"]', 'FROM one'],
  ],
  [
    'paths',
    'drive C: and backslashes in WORKDIR and destinations',
    [
      '# escape=`',
      'FROM scratch',
      'WORKDIR /app',
      'COPY a .',
      'WORKDIR sub/x',
      'COPY a rel/',
      'WORKDIR C:\\other\\..\\foo\\',
      'COPY a C:\\abs\\',
      'COPY a c:/name',
      'COPY a c:rel',
      'VOLUME C:\\v',
    ],
  ],
  ['another drive', 'there is only drive C:', ['FROM scratch', 'WORKDIR D:/x']],
  ['destination on another drive', 'there is only drive C:', ['FROM scratch', 'COPY a D:/x']],
  ['drive without a path', 'a drive alone is no path', ['FROM scratch', 'WORKDIR C:']],
  ['network path', 'network paths are refused', ['FROM scratch', 'WORKDIR //host/share']],
];

/** Where BuildKit puts what it adds to an image for Windows. */
const layout = (files: NonNullable<Outcome['files']>): IntendedDifference => ({
  reason:
    'Files added to a base image for Windows are not moved below `Files/`, as Windows requires: such images can be built, but do not run there',
  lamina: { outcome: { files: { ...files, platform: 'file 0644 0:0 "windows/amd64\\n"' } } },
});
const FILE = 'file 0644 0:0 "a\\n"';
const DIRECTORY = 'directory 0755 0:0';

const cases = rows.map(
  ([name, rule, dockerfile, platform = WINDOWS]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files: { a: 'a\n' },
    options: { platform },
  }),
);

export const windows: Topic = {
  name: '1.11-windows',
  cases: withDifferences(cases, {
    base: layout({ base: DIRECTORY, 'base/here': FILE }),
    'base and another version': layout({ a: FILE }),
    'base of another stage': layout({ base: DIRECTORY, 'base/sub': DIRECTORY }),
  }),
};
