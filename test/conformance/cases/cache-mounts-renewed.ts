/** Cases about what `--no-cache` and `--no-cache-filter` do to cache mounts. */
import { type ConformanceCase, type ContextFiles, lines, type Topic } from '../case.ts';

const SECTION = '2.2 cache keys';

const files: ContextFiles = { 'seed/s': 'seed\n' };

type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  noCache: true | readonly string[],
];

/** Two builds: `A` and `B`, which the steps add to the cache, are `a` and `b` in the first, `c` and `d` in the second. */
const rows: readonly Row[] = [
  [
    'no-cache',
    '--no-cache empties the cache mounts of the steps, once for the whole build',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-1 : 1; echo $A >> /c/l; cp /c/l /1',
      'RUN --mount=type=cache,target=/c,id=renewed-1 : 1; echo $B >> /c/l; cp /c/l /2',
    ],
    true,
  ],
  [
    'no-cache-filter of a stage',
    'it is emptied before other stages use it',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-2 : 2; echo $A >> /c/l; cp /c/l /1',
      'FROM busybox AS forced',
      'ARG B=b',
      'COPY --from=first /1 /1',
      'RUN --mount=type=cache,target=/c,id=renewed-2 : 2; echo $B >> /c/l; cp /c/l /2',
    ],
    ['forced'],
  ],
  [
    'no-cache-filter of another stage',
    'cache mounts of other stages are kept',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-3 : 3; echo $A >> /c/l; cp /c/l /1',
      'FROM busybox AS last',
      'ARG B=b',
      'COPY --from=first /1 /3',
      'RUN --mount=type=cache,target=/c,id=renewed-4 : 4; echo $B >> /c/l; cp /c/l /2',
    ],
    ['first'],
  ],
  [
    'no-cache-filter of a stage that is not needed',
    'its cache mounts are kept',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-5 : 5; true',
      'FROM busybox AS last',
      'ARG B=b',
      'RUN --mount=type=cache,target=/c,id=renewed-5 : 5; echo $B >> /c/l; cp /c/l /2',
    ],
    ['first'],
  ],
  [
    'no-cache and a seed',
    'a cache that began with files begins with them again',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-6,from=files,source=/seed : 6; echo $A >> /c/l; cp -r /c /1',
    ],
    true,
  ],
  [
    'no-cache and an owner',
    'a cache with an owner is emptied too',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-7,uid=7,mode=0700 : 7; echo $A >> /c/l; cp /c/l /1',
    ],
    true,
  ],
  [
    'no-cache and a part',
    'the whole cache is emptied where a step mounts a part',
    [
      'RUN --mount=type=cache,target=/c,id=renewed-8 : 8; mkdir -p /c/sub; echo $A >> /c/sub/l',
      'RUN --mount=type=cache,target=/p,id=renewed-8,source=sub : 8; echo $B >> /p/l; cp /p/l /2',
    ],
    true,
  ],
];

export const cacheMountsRenewed: Topic = {
  name: '2.2-cache-mounts',
  cases: rows.map(
    ([name, rule, dockerfile, noCache]): ConformanceCase => ({
      name,
      rule: `${SECTION}: ${rule}`,
      dockerfile: lines(
        'FROM scratch AS files',
        'COPY seed /seed',
        'FROM busybox AS first',
        'ARG A=a',
        'ARG B=b',
        ...dockerfile,
      ),
      files,
      second: { buildArgs: { A: 'c', B: 'd' }, options: { noCache } },
    }),
  ),
};
