/** Cases about the cache keys of base images, stages and remote sources. */
import { type ConformanceCase, lines, type Topic, withDifferences } from '../case.ts';
import { type CacheRow, cacheCases } from './cache-cases.ts';

const SECTION = '2.2 cache keys';
const http = { served: { f: { content: 'one\n', lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT' } } };
const changed = (content: string, lastModified = 'Thu, 02 Jan 2020 03:04:05 GMT') => ({
  options: { served: { f: { content, lastModified } } },
});

const remote: readonly CacheRow[] = [
  [
    'http the same',
    'a file that is the same is cached',
    ['ARG FILES', 'ADD $FILES/f /x'],
    {},
    http,
  ],
  [
    'http changed',
    'the content is in the key',
    ['ARG FILES', 'ADD $FILES/f /x'],
    changed('two\n'),
    http,
  ],
  [
    'http time',
    'Last-Modified is in the key',
    ['ARG FILES', 'ADD $FILES/f /x'],
    changed('one\n', 'Fri, 03 Jan 2020 03:04:05 GMT'),
    http,
  ],
  [
    'http mode',
    '--chmod is in the key',
    ['ARG FILES', 'ADD $FILES/f /x'],
    ['ARG FILES', 'ADD --chmod=644 $FILES/f /x'],
    http,
  ],
  [
    'http owner',
    '--chown is in the key',
    ['ARG FILES', 'ADD $FILES/f /x'],
    ['ARG FILES', 'ADD --chown=1 $FILES/f /x'],
    http,
  ],
  [
    'http query',
    'the address is in no key, the name is',
    ['ARG FILES', 'ADD $FILES/f /x'],
    ['ARG FILES', 'ADD $FILES/f?a /x'],
    http,
  ],
  [
    'git the same',
    'a commit that is the same is cached',
    ['ARG GIT', 'ADD $GIT/lib.git /x'],
    {},
    { git: true },
  ],
  [
    'git by another ref',
    'the commit is in the key, not the ref',
    ['ARG GIT COMMIT', 'ADD $GIT/app.git#v1 /x'],
    ['ARG GIT COMMIT', 'ADD $GIT/app.git#$COMMIT /x'],
    { git: true },
  ],
  [
    'git by another commit',
    'the commit is in the key',
    ['ARG GIT', 'ADD $GIT/app.git#v1 /x'],
    ['ARG GIT', 'ADD $GIT/app.git#topic /x'],
    { git: true },
  ],
  [
    'git subdirectory',
    'the directory is in the key',
    ['ARG GIT', 'ADD $GIT/app.git /x'],
    ['ARG GIT', 'ADD $GIT/app.git#:src /x'],
    { git: true },
  ],
  [
    'git submodules',
    'whether submodules come along is in the key',
    ['ARG GIT', 'ADD $GIT/app.git /x'],
    ['ARG GIT', 'ADD $GIT/app.git?submodules=false /x'],
    { git: true },
  ],
  [
    'git keep-git-dir',
    '--keep-git-dir is in the key',
    ['ARG GIT', 'ADD $GIT/lib.git /x', 'RUN rm -rf /x/.git'],
    ['ARG GIT', 'ADD --keep-git-dir $GIT/lib.git /x', 'RUN rm -rf /x/.git'],
    { git: true },
  ],
  [
    'git checksum',
    'a checksum that is right',
    ['ARG GIT COMMIT', 'ADD $GIT/app.git#v1 /x'],
    ['ARG GIT COMMIT', 'ADD --checksum=$COMMIT $GIT/app.git#v1 /x'],
    { git: true },
  ],
];

/** What is fetched is no step of its own in every log: the RUN behind it says whether anything changed. */
function followed([name, rule, dockerfile, second, options]: CacheRow): CacheRow {
  const last = 'RUN touch /after';
  const change = 'length' in second ? [...second, last] : second;
  return [name, rule, [...dockerfile, last], change, options];
}

type Pair = readonly [
  name: string,
  rule: string,
  first: readonly string[],
  second: readonly string[],
  change?: Omit<NonNullable<ConformanceCase['second']>, 'dockerfile'>,
];

const pairs: readonly Pair[] = [
  [
    'image with the same layers',
    'a base is keyed by its layers, too',
    ['FROM busybox', 'COPY a /image-1'],
    ['FROM rich', 'COPY a /image-1'],
  ],
  [
    'image with another config',
    'the config counts through the environment only',
    ['FROM busybox', 'RUN touch /image-2'],
    ['FROM rich', 'USER root', 'WORKDIR /', 'RUN touch /image-2'],
  ],
  [
    'image by tag',
    'the name is in no key',
    ['FROM busybox', 'RUN touch /image-3'],
    ['FROM busybox:latest', 'RUN touch /image-3'],
  ],
  [
    'image by platform',
    'the platform is in the key',
    ['FROM busybox', 'RUN touch /image-4'],
    ['FROM --platform=$BUILDPLATFORM busybox', 'RUN touch /image-4'],
  ],
  [
    'stage between',
    'stages are in no key',
    ['FROM busybox', 'RUN touch /stage-1'],
    ['FROM busybox AS base', 'FROM base', 'RUN touch /stage-1'],
  ],
  [
    'stage that is not needed',
    'other stages are in no key',
    ['FROM busybox', 'RUN touch /stage-2'],
    ['FROM busybox AS other', 'RUN false', 'FROM busybox', 'RUN touch /stage-2'],
  ],
  [
    'scratch and a file',
    'an empty base',
    ['FROM scratch', 'COPY a /scratch-1'],
    ['FROM scratch AS x', 'LABEL a=1', 'COPY a /scratch-1'],
  ],
  [
    'copy from a stage whose other files change',
    'COPY --from is keyed by what it copies',
    [
      'FROM busybox AS s',
      'RUN echo 1 > /f; echo 1 > /g',
      'FROM busybox',
      'COPY --from=s /f /from-1',
    ],
    [
      'FROM busybox AS s',
      'RUN echo 1 > /f; echo 2 > /g',
      'FROM busybox',
      'COPY --from=s /f /from-1',
    ],
  ],
  [
    'copy from a stage whose file changes',
    'COPY --from is keyed by what it copies',
    ['FROM busybox AS s', 'RUN echo 1 > /f', 'FROM busybox', 'COPY --from=s /f /from-2'],
    ['FROM busybox AS s', 'RUN echo 2 > /f', 'FROM busybox', 'COPY --from=s /f /from-2'],
  ],
  [
    'copy from a stage whose owner changes',
    'owners are in the key',
    ['FROM busybox AS s', 'RUN echo 3 > /f', 'FROM busybox', 'COPY --from=s /f /from-3'],
    [
      'FROM busybox AS s',
      'RUN echo 3 > /f; chown 5 /f',
      'FROM busybox',
      'COPY --from=s /f /from-3',
    ],
  ],
  [
    'copy from a stage instead of the context',
    'equal content from elsewhere',
    ['FROM busybox', 'COPY a /from-4'],
    ['FROM scratch AS s', 'COPY a /', 'FROM busybox', 'COPY --from=s /a /from-4'],
  ],
  [
    'bind from a stage whose other files change',
    'a bind is keyed by the content of its path',
    [
      'FROM busybox AS s',
      'RUN mkdir /d; echo 5 > /d/f; echo 5 > /g',
      'FROM busybox',
      'RUN --mount=from=s,source=/d,target=/d touch /bind-1',
    ],
    [
      'FROM busybox AS s',
      'RUN mkdir /d; echo 5 > /d/f; echo 6 > /g',
      'FROM busybox',
      'RUN --mount=from=s,source=/d,target=/d touch /bind-1',
    ],
  ],
  [
    'bind from a stage whose file changes',
    'a bind is keyed by the content of its path',
    [
      'FROM busybox AS s',
      'RUN mkdir /d; echo 7 > /d/f',
      'FROM busybox',
      'RUN --mount=from=s,source=/d,target=/d touch /bind-2',
    ],
    [
      'FROM busybox AS s',
      'RUN mkdir /d; echo 8 > /d/f',
      'FROM busybox',
      'RUN --mount=from=s,source=/d,target=/d touch /bind-2',
    ],
  ],
  [
    'no-cache of a stage',
    '--no-cache-filter runs the steps of its stages',
    [
      'FROM busybox AS s',
      'RUN echo 9 > /f',
      'FROM busybox AS t',
      'RUN touch /no-cache-1',
      'COPY --from=s /f /no-cache-1-f',
    ],
    [
      'FROM busybox AS s',
      'RUN echo 9 > /f',
      'FROM busybox AS t',
      'RUN touch /no-cache-1',
      'COPY --from=s /f /no-cache-1-f',
    ],
    { options: { noCache: ['s'] } },
  ],
  [
    'no-cache of the last stage',
    '--no-cache-filter is for COPY, too',
    ['FROM busybox AS t', 'RUN touch /no-cache-2', 'COPY a /no-cache-2-a'],
    ['FROM busybox AS t', 'RUN touch /no-cache-2', 'COPY a /no-cache-2-a'],
    { options: { noCache: ['t'] } },
  ],
  [
    'no-cache of another stage',
    '--no-cache-filter leaves other stages alone',
    ['FROM busybox AS t', 'RUN touch /no-cache-3', 'COPY a /no-cache-3-a'],
    ['FROM busybox AS t', 'RUN touch /no-cache-3', 'COPY a /no-cache-3-a'],
    { options: { noCache: ['other'] } },
  ],
];

const stages = pairs.map(
  ([name, rule, first, second, change]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...first),
    files: { a: 'a\n' },
    second: { dockerfile: lines(...second), ...change },
  }),
);

export const cacheSources: Topic = {
  name: '2.2-cache-sources',
  cases: withDifferences([...cacheCases(remote.map(followed), { a: 'a\n' }), ...stages], {
    'image with the same layers': {
      reason:
        'A base is identified by its layers, even if another image with a different config has the same ones',
      lamina: { outcome: { steps: ['cached COPY a /image-1'] } },
    },
    'copy from a stage instead of the context': {
      reason:
        'A copy from a stage is a different step than a copy of the same files from the context',
      lamina: { outcome: { steps: ['run COPY --from=s /a /from-4', 'run COPY a /'] } },
    },
  }),
};
