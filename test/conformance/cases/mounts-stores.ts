/** Cases about tmpfs and cache mounts. */
import { withDifferences } from '../case.ts';
import { type MountRow, mountCases } from './mount-cases.ts';

const rows: readonly MountRow[] = [
  [
    'tmpfs',
    'nothing of a tmpfs is kept',
    ['RUN --mount=type=tmpfs,target=/t sh -c "touch /t/x; stat -c %a /t > /f"'],
  ],
  [
    'tmpfs size',
    '`size` limits it',
    ["RUN --mount=type=tmpfs,target=/t,size=1m df -k /t | tail -1 | awk '{ print $2 }' > /f"],
  ],
  ['tmpfs bad size', '`size` is a size', ['RUN --mount=type=tmpfs,target=/t,size=big true']],
  [
    'tmpfs hides',
    'a tmpfs hides what is there',
    ['RUN --mount=type=tmpfs,target=/there/dir ls /there/dir > /f'],
  ],
  [
    'tmpfs over a directory',
    'a tmpfs has the mode of the directory it covers, and belongs to root',
    [
      'RUN --mount=type=tmpfs,target=/there/dir stat -c "%a %u %g" /there/dir > /f',
      'RUN --mount=type=tmpfs,target=/there/link stat -c "%a %u %g" /there/dir >> /f',
      'RUN --mount=type=tmpfs,target=/tmp stat -c "%a %u %g" /tmp >> /f',
    ],
  ],
  [
    'tmpfs and an ordinary user',
    'who is not root may write into a new tmpfs',
    ['USER 1001', 'RUN --mount=type=tmpfs,target=/new/t echo x > /new/t/x'],
  ],
  [
    'cache keeps',
    'a cache is there for the next RUN',
    [
      'RUN --mount=type=cache,target=/c,id=case-keeps echo x > /c/x',
      'RUN --mount=type=cache,target=/other,id=case-keeps cat /other/x > /f',
    ],
  ],
  [
    'cache id from the target',
    'the target is the default id',
    [
      'RUN --mount=type=cache,target=/case/id echo x > /case/id/x',
      'RUN --mount=type=cache,target=/else,id=/case/id ls /else > /f',
    ],
  ],
  [
    'cache is not in the layer',
    'nothing of a cache is in a layer',
    ['RUN --mount=type=cache,target=/c echo x > /c/x'],
  ],
  [
    'cache mode and owner',
    '`uid`, `gid` and `mode` of a new cache',
    [
      'RUN --mount=type=cache,target=/c,id=case-owner,uid=7,gid=8,mode=0700 stat -c "%u:%g %a" /c > /f',
    ],
  ],
  [
    'cache defaults',
    'a new cache is 0755 of root',
    ['RUN --mount=type=cache,target=/c,id=case-defaults stat -c "%u:%g %a" /c > /f'],
  ],
  [
    'cache seeded',
    '`from` and `source` fill a new cache',
    ['RUN --mount=type=cache,target=/c,id=case-seed,from=files,source=/deep ls /c > /f'],
  ],
  [
    'cache seeded with a directory of somebody',
    'a cache is the directory it begins with, whatever `uid` says',
    [
      'RUN --mount=type=cache,target=/c,id=case-seed-2,from=rich,source=/there/dir,uid=5 stat -c "%u:%g %a" /c > /f && ls /c >> /f',
      'RUN --mount=type=cache,target=/c,id=case-seed-3,from=rich,source=/tmp stat -c "%u:%g %a" /c > /g',
    ],
  ],
  [
    'cache part',
    '`source` without `from` is a directory of the cache itself',
    [
      'RUN --mount=type=cache,target=/c,id=case-part mkdir -p /c/d/sub && echo x > /c/d/sub/x && ln -s /d/sub /c/link',
      'RUN --mount=type=cache,target=/p,id=case-part,source=/d/./sub ls /p > /f && touch /p/y',
      'RUN --mount=type=cache,target=/p,id=case-part,source=link ls /p > /g',
      'RUN --mount=type=cache,target=/p,id=case-part,source=/ ls /p > /h',
    ],
  ],
  [
    'cache with the default owner',
    '`uid`, `gid` and `mode` make another cache',
    [
      'RUN --mount=type=cache,target=/c,id=case-default-owner touch /c/x',
      'RUN --mount=type=cache,target=/c,id=case-default-owner,uid=0 ls /c > /f',
    ],
  ],
  [
    'cache part of one with an owner',
    '`uid`, `gid` and `mode` are not about a part',
    [
      'RUN --mount=type=cache,target=/c,id=case-part-2 mkdir /c/sub && chmod 711 /c/sub',
      'RUN --mount=type=cache,target=/p,id=case-part-2,source=sub,uid=7,mode=0700 stat -c "%u:%g %a" /p > /f',
    ],
  ],
  [
    'cache part that is a file',
    'a part may be a file',
    [
      'RUN --mount=type=cache,target=/c,id=case-part-3 echo part > /c/part',
      'RUN --mount=type=cache,target=/p,id=case-part-3,source=part cat /p > /f',
    ],
  ],
  [
    'cache part that is missing',
    'a part has to be there',
    ['RUN --mount=type=cache,target=/p,id=case-part-4,source=none true'],
  ],
  [
    'cache part that leads out',
    'no link leads out of a cache',
    [
      'RUN --mount=type=cache,target=/c,id=case-part-5 ln -s /etc /c/etc && ln -s ../../../../etc /c/up',
      'RUN --mount=type=cache,target=/p,id=case-part-5,source=up true',
    ],
  ],
  [
    'cache read-only',
    '`ro` makes it read-only',
    ['RUN --mount=type=cache,target=/c,id=case-ro,ro touch /c/x'],
  ],
  [
    'cache sharing',
    'the three ways of sharing',
    [
      'RUN --mount=type=cache,target=/a,sharing=shared --mount=type=cache,target=/b,sharing=private --mount=type=cache,target=/c,sharing=locked echo x > /f',
    ],
  ],
  [
    'cache sharing unknown',
    'sharing has three values',
    ['RUN --mount=type=cache,target=/c,sharing=all true'],
  ],
  [
    'cache sharing empty',
    'sharing needs a value',
    ['RUN --mount=type=cache,target=/c,sharing= true'],
  ],
  ['cache bad mode', '`mode` is octal', ['RUN --mount=type=cache,target=/c,mode=rwx true']],
  ['cache bad uid', '`uid` is a number', ['RUN --mount=type=cache,target=/c,uid=app true']],
  ['cache without a target', 'a target is required', ['RUN --mount=type=cache true']],
  [
    'cache relative target',
    'a relative target is below WORKDIR',
    ['WORKDIR /w', 'RUN --mount=type=cache,target=c,id=case-rel touch /w/c/x && ls c > /f'],
  ],
  [
    'cache namespace',
    'BUILDKIT_CACHE_MOUNT_NS separates caches',
    ['RUN --mount=type=cache,target=/c,id=case-ns ls /c > /f'],
    { buildArgs: { BUILDKIT_CACHE_MOUNT_NS: 'one' } },
  ],
];

export const storeMounts = withDifferences(mountCases(rows), {
  'cache with the default owner': {
    reason:
      'A cache mount with `uid=0`, `gid=0` or `mode=0755`, which are the defaults, uses the same cache as one without these options',
    lamina: { outcome: { files: { f: 'file 0644 0:0 "x\\n"' } } },
  },
});
