import { type ConformanceCase, lines, type Topic } from '../case.ts';

const SECTION = '1.5 FROM';
type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

const rows: readonly Row[] = [
  ['scratch', 'scratch has no layers, a PATH and a working directory', ['FROM scratch']],
  ['scratch with a copy', 'files go into an empty root', ['FROM scratch', 'COPY a /a']],
  ['image', 'an image gives its config', ['FROM busybox']],
  ['image with all', 'every member of the config is inherited', ['FROM rich']],
  ['image by tag', 'the tag may be given', ['FROM busybox:latest', 'LABEL a=1']],
  ['two words', 'FROM takes one or three words', ['FROM busybox base']],
  ['four words', 'FROM takes one or three words', ['FROM busybox AS base x']],
  [
    'as in lower case',
    'AS is case-insensitive',
    ['FROM busybox as base', 'FROM base', 'LABEL a=1'],
  ],
  ['not as', 'the second word is AS', ['FROM busybox IS base']],
  [
    'stage as base',
    'a stage inherits files, environment and config',
    [
      'FROM busybox AS one',
      'ENV A=1',
      'COPY a /a',
      'USER app',
      'WORKDIR /w',
      'CMD ["c"]',
      'FROM one',
      'COPY a b',
    ],
  ],
  [
    'stage as base inherits arguments',
    'declared ARGs are inherited',
    ['FROM scratch AS one', 'ARG A=1', 'FROM one', 'LABEL a=$A'],
  ],
  [
    'arguments of an unrelated stage',
    'other stages do not see ARGs',
    ['FROM scratch AS one', 'ARG A=1', 'FROM scratch', 'LABEL a=[$A]'],
  ],
  [
    'stage name in upper case',
    'names are lower-cased',
    ['FROM scratch AS Build', 'COPY a /a', 'FROM scratch', 'COPY --from=build /a /b'],
  ],
  [
    'copy from a name in upper case',
    'names are lower-cased',
    ['FROM scratch AS build', 'COPY a /a', 'FROM scratch', 'COPY --from=BUILD /a /b'],
  ],
  [
    'from a stage by its lower-case name',
    'FROM finds the lower-case name',
    ['FROM scratch AS Build', 'LABEL a=1', 'FROM build', 'LABEL b=2'],
  ],
  ['stage name with digits first', 'a name begins with a letter', ['FROM scratch AS 1st']],
  [
    'stage name with dots',
    'names may have dots, dashes, underscores',
    ['FROM scratch AS a.b-c_d', 'LABEL a=1', 'FROM a.b-c_d'],
  ],
  ['stage name with a slash', 'a slash is no part of a name', ['FROM scratch AS a/b']],
  [
    'duplicate name',
    'the later stage of a name is meant',
    ['FROM scratch AS x', 'LABEL v=1', 'FROM scratch AS x', 'LABEL v=2', 'FROM x', 'LABEL w=3'],
  ],
  [
    'duplicate name before the second',
    'a stage refers to those above it',
    [
      'FROM scratch AS x',
      'LABEL v=1',
      'FROM x AS y',
      'FROM scratch AS x',
      'LABEL v=2',
      'FROM y',
      'LABEL w=3',
    ],
  ],
  [
    'stage named like an image',
    'a stage shadows an image',
    ['FROM scratch AS debian', 'LABEL mine=1', 'FROM debian'],
  ],
  [
    'stage named like its base',
    'a stage may have the name of the stage it is made from',
    ['FROM scratch AS x', 'LABEL v=1', 'FROM x AS x', 'LABEL w=2', 'FROM x'],
  ],
  ['index as base', 'FROM takes no index', ['FROM scratch', 'LABEL a=1', 'FROM 0']],
  [
    'stage below',
    'FROM finds only stages above',
    ['FROM later.invalid/x', 'FROM scratch AS later'],
  ],
  [
    'unused stage that would fail',
    'stages that are not reachable are not built',
    ['FROM busybox AS broken', 'RUN false', 'FROM scratch', 'LABEL a=1'],
  ],
  [
    'unused stage with an unknown image',
    'images of unreachable stages are not looked up',
    ['FROM nowhere.invalid/x AS unused', 'RUN false', 'FROM scratch', 'LABEL a=1'],
  ],
  [
    'unused stage with a wrong expression',
    'unreachable stages are checked for what parsing shows',
    ['FROM busybox AS unused', 'ENV A', 'FROM scratch'],
  ],
  [
    'target by name',
    '--target picks a stage',
    ['FROM scratch AS one', 'LABEL a=1', 'FROM scratch AS two', 'LABEL a=2'],
    { target: 'one' },
  ],
  [
    'target in upper case',
    '--target is case-insensitive',
    ['FROM scratch AS one', 'LABEL a=1', 'FROM scratch AS two', 'LABEL a=2'],
    { target: 'ONE' },
  ],
  ['target unknown', 'an unknown target is an error', ['FROM scratch AS one'], { target: 'none' }],
  [
    'target is the last',
    '--target may name the last stage',
    ['FROM scratch AS one', 'LABEL a=1', 'FROM scratch AS two', 'LABEL a=2'],
    { target: 'two' },
  ],
  ['instruction before FROM', 'only ARG may precede FROM', ['LABEL a=1', 'FROM scratch']],
  ['run before FROM', 'only ARG may precede FROM', ['RUN true', 'FROM scratch']],
  ['no FROM', 'a Dockerfile needs a FROM', ['ARG A=1']],
  [
    'name from an argument',
    'global ARGs are expanded',
    ['ARG BASE=busybox', 'FROM $BASE', 'LABEL a=1'],
  ],
  [
    'name from a build argument',
    'a build argument wins',
    ['ARG BASE=nothing.invalid/x', 'FROM $BASE', 'LABEL a=1'],
    { buildArgs: { BASE: 'scratch' } },
  ],
  ['empty name', 'the name cannot be empty', ['ARG BASE', 'FROM $BASE']],
  [
    'name of a stage from an argument',
    'the stage may be given by an ARG',
    ['ARG S=one', 'FROM scratch AS one', 'LABEL a=1', 'FROM $S', 'LABEL b=2'],
  ],
  ['quoted name', 'quotes are removed', ['FROM "busybox"', 'LABEL a=1']],
  ['name with an upper-case letter', 'repositories are lower-case', ['FROM BusyBox']],
  ['name that is none', 'a reference has a form', ['FROM bad::name']],
  ['scratch with a tag', 'scratch with a tag is an image', ['FROM scratch:latest', 'LABEL a=1']],
  [
    'scratch as a stage name',
    'scratch is reserved, with a warning only',
    ['FROM busybox AS scratch', 'LABEL a=1', 'FROM scratch', 'LABEL b=2'],
  ],
  [
    'context as a stage name',
    'context is reserved, with a warning only',
    ['FROM scratch AS context', 'LABEL a=1'],
  ],
  ['platform flag', '--platform of the host', ['FROM --platform=linux/amd64 busybox', 'LABEL a=1']],
  [
    'platform from an argument',
    '--platform takes platform ARGs',
    ['FROM --platform=$BUILDPLATFORM busybox', 'LABEL a=1'],
  ],
  [
    'platform target',
    '--platform=$TARGETPLATFORM is the default',
    ['FROM --platform=$TARGETPLATFORM scratch', 'LABEL a=1'],
  ],
  [
    'platform of scratch',
    'the platform of scratch is that of the build',
    ['FROM --platform=linux/arm64 scratch', 'COPY a /a'],
  ],
  [
    'platform asked for',
    'the platform of the result',
    ['FROM scratch', 'COPY a /a'],
    { platform: 'linux/arm/v7' },
  ],
  ['platform unknown', 'a platform has a form', ['FROM --platform=a/b/c/d scratch']],
  [
    'platform empty',
    'an empty platform is an error',
    ['ARG P', 'FROM --platform=$P scratch', 'LABEL a=1'],
  ],
  [
    'foreign image',
    'an image of another platform is taken, and gives its platform',
    ['FROM foreign', 'COPY a /a'],
  ],
  [
    'foreign image without an instruction',
    'an image of another platform is taken, and gives its platform',
    ['FROM foreign'],
  ],
  [
    'foreign image with its platform',
    '--platform of the image',
    ['FROM --platform=linux/arm64 foreign', 'LABEL a=1'],
  ],
  [
    'foreign image with another platform',
    'an image of another platform is taken, whatever FROM says',
    ['FROM --platform=linux/amd64 foreign', 'COPY a /a'],
  ],
  [
    'foreign image with a third platform',
    'an image of another platform is taken, whatever FROM says',
    ['FROM --platform=linux/s390x foreign', 'COPY a /a'],
  ],
  [
    'foreign image for its platform',
    'the platform of the build is that of the image',
    ['FROM foreign', 'COPY a /a'],
    { platform: 'linux/arm64' },
  ],
  [
    'foreign image for the host',
    'the platform of the result is the one asked for',
    ['FROM foreign', 'COPY a /a'],
    { platform: 'linux/amd64' },
  ],
  [
    'foreign image for a third platform',
    'the platform of the build is neither',
    ['FROM foreign', 'COPY a /a'],
    { platform: 'linux/s390x' },
  ],
  [
    'foreign image and checks',
    'an image of a named context is warned of by no check',
    [
      '# check=skip=FromPlatformFlagConstDisallowed;error=true',
      'FROM --platform=linux/amd64 foreign',
      'COPY a /a',
    ],
  ],
  [
    'foreign image for the host and checks',
    'an image of a named context is warned of by no check',
    ['# check=error=true', 'FROM foreign', 'COPY a /a'],
    { platform: 'linux/amd64' },
  ],
  [
    'foreign image copied from',
    'files of an image of another platform; the result keeps its own',
    ['FROM scratch', 'COPY --from=foreign /platform /p'],
  ],
  [
    'foreign image as a stage',
    'files of a stage of another platform; the result keeps its own',
    ['FROM --platform=linux/arm64 foreign AS files', 'FROM scratch', 'COPY --from=files / /p/'],
  ],
  [
    'foreign image as a base of stages',
    'the platform is that of the first base',
    ['FROM foreign AS one', 'LABEL a=1', 'FROM one', 'LABEL b=$MADE_FOR'],
  ],
  [
    'image of several platforms',
    'the image is the one for the platform of the build',
    ['FROM several', 'LABEL a=$MADE_FOR'],
  ],
  [
    'image of several platforms by flag',
    'the image is the one for --platform of FROM',
    ['FROM --platform=linux/arm64 several', 'LABEL a=$MADE_FOR'],
  ],
  [
    'image of several platforms for another',
    'the image is the one for --platform of the build',
    ['FROM several', 'LABEL a=$MADE_FOR'],
    { platform: 'linux/arm64' },
  ],
  [
    'image of several platforms copied from',
    'COPY --from takes the one for the platform of the build',
    ['FROM --platform=linux/amd64 several', 'COPY --from=several /platform /p'],
    { platform: 'linux/arm64' },
  ],
  [
    'image of several platforms without that',
    'an image for none of the platforms is an error',
    ['FROM --platform=linux/s390x several', 'LABEL a=1'],
  ],
  ['unknown flag', 'FROM has --platform only', ['FROM --arch=amd64 scratch']],
  [
    'onbuild of a base',
    'triggers of an image run first',
    ['FROM triggers', 'LABEL own=$TRIGGERED'],
  ],
  [
    'onbuild of a base twice',
    'triggers run in the stage that uses the image, once',
    ['FROM triggers AS one', 'FROM one', 'LABEL own=$TRIGGERED'],
  ],
  [
    'onbuild of a stage',
    'triggers of a stage run in its children',
    ['FROM scratch AS one', 'ONBUILD LABEL t=1', 'LABEL a=1', 'FROM one', 'LABEL b=2'],
  ],
  [
    'onbuild of a stage, grandchild',
    'triggers do not reach grandchildren',
    ['FROM scratch AS one', 'ONBUILD LABEL t=1', 'FROM one AS two', 'FROM two', 'LABEL b=2'],
  ],
  ['image of the store by digest form', 'a wrong digest is an error', ['FROM busybox@sha256:12']],
  [
    'base with a user',
    "RUN runs as the base's user",
    ['FROM rich', 'RUN id > /tmp/f; pwd >> /tmp/f; stat -c "%u:%g %a" . >> /tmp/f'],
  ],
  [
    'chain of stages',
    'stages build on each other',
    [
      'FROM busybox AS a',
      'RUN echo 1 > /1',
      'FROM a AS b',
      'RUN echo 2 > /2',
      'FROM b AS c',
      'RUN cat /1 /2 > /3',
      'FROM c',
      'RUN rm /1',
    ],
  ],
];

const cases = rows.map(
  ([name, rule, dockerfile, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files: { a: 'a\n' },
    ...(options && { options }),
  }),
);

const byNumber: ConformanceCase = {
  name: 'target by index',
  rule: `${SECTION}: --target by number`,
  dockerfile: lines('FROM scratch', 'LABEL a=1', 'FROM scratch', 'LABEL a=2'),
  options: { target: '0' },
  difference: {
    reason: 'A stage without a name can be a target, by the number that COPY --from uses',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        config: {
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
          Labels: { a: '1' },
          WorkingDir: '/',
        },
        history: ['empty: LABEL a=1'],
        files: {},
      },
    },
  },
};

export const from: Topic = { name: '1.5-from', cases: [...cases, byNumber] };
