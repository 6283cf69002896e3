import { type ConformanceCase, lines, type Topic } from '../case.ts';

const SECTION = '1.8 mounts';
type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

const secret = { secrets: { token: 's3cret\n', other: 'second' } } as const;
const own = { contexts: { own: { f: 'own\n', 'd/g': 'g\n' } } } as const;

const rows: readonly Row[] = [
  [
    'bind by default',
    'bind of the build context is the default',
    ['RUN --mount=target=/ctx cat /ctx/a > /f; ls /ctx > /g'],
  ],
  [
    'bind a file',
    '`source` may be a file',
    ['RUN --mount=type=bind,source=a,target=/in/a cat /in/a > /f'],
  ],
  [
    'bind a directory',
    '`source` may be a directory',
    ['RUN --mount=source=d,target=/in ls /in > /f'],
  ],
  ['bind is read-only', 'writes to a bind fail', ['RUN --mount=target=/ctx touch /ctx/new']],
  [
    'bind with rw',
    'writes to a bind with `rw` are discarded',
    [
      'RUN --mount=target=/ctx,rw echo new > /ctx/a; cp /ctx/a /f',
      'RUN --mount=target=/ctx cat /ctx/a > /g',
    ],
  ],
  [
    'bind with readwrite=false',
    '`readwrite=false` is read-only',
    ['RUN --mount=target=/ctx,readwrite=false touch /ctx/new'],
  ],
  ['bind with ro', '`ro` is the default', ['RUN --mount=target=/ctx,ro touch /ctx/new']],
  [
    'bind with ro=false',
    '`ro=false` is writable',
    ['RUN --mount=target=/ctx,ro=false touch /ctx/new && ls /ctx > /f'],
  ],
  [
    'bind from a stage',
    '`from` names a stage',
    ['RUN --mount=from=files,target=/in cat /in/x > /f'],
  ],
  [
    'bind from a stage with source',
    '`source` is a path in the stage',
    ['RUN --mount=from=files,source=/deep/y,target=/in/y cat /in/y > /f'],
  ],
  [
    'bind from an image',
    '`from` names an image',
    ['RUN --mount=from=rich,target=/in ls -d /in/etc/passwd > /f'],
  ],
  ['bind from an index', '`from` is no index', ['RUN --mount=from=0,target=/in cat /in/x > /f']],
  [
    'bind from a named context',
    '`from` names a context',
    ['RUN --mount=from=own,target=/in cat /in/f > /f'],
    own,
  ],
  [
    'bind from a variable',
    '`from` is not expanded',
    ['ARG S=files', 'RUN --mount=from=$S,target=/in true'],
  ],
  ['bind without a target', 'a target is required', ['RUN --mount=type=bind,source=a true']],
  [
    'bind to a relative target',
    'a relative target is below WORKDIR',
    ['WORKDIR /w', 'RUN --mount=source=a,target=in/a cat /w/in/a > /f'],
  ],
  ['bind to the root', 'the root is no target', ['RUN --mount=target=/ true']],
  [
    'bind of a missing source',
    'the source has to exist',
    ['RUN --mount=source=none,target=/in true'],
  ],
  [
    'bind through dst',
    '`dst` and `destination` mean `target`',
    ['RUN --mount=source=a,dst=/in1 --mount=src=a,destination=/in2 cat /in1 /in2 > /f'],
  ],
  [
    'bind over an existing directory',
    'the directory comes back',
    ['RUN --mount=source=d,target=/there/dir ls /there/dir > /f', 'RUN ls /there/dir > /g'],
  ],
  [
    'mount points leave nothing',
    'directories made for mounts are removed',
    ['RUN --mount=target=/made/for/this true'],
  ],
  [
    'mount points that were there stay',
    'directories of the image stay',
    ['RUN --mount=target=/there/dir/sub true'],
  ],
  [
    'mount points that are used stay',
    'a directory that has something else in it stays',
    ['RUN --mount=type=tmpfs,target=/made/in touch /made/kept'],
  ],
  [
    'file mount points leave nothing',
    'files made for mounts are removed',
    ['RUN --mount=source=a,target=/made/a true'],
  ],
  [
    'expanded target',
    'values are expanded',
    ['ENV T=/in', 'RUN --mount=source=a,target=$T/a cat /in/a > /f'],
  ],
  [
    'expanded source',
    'values are expanded',
    ['ARG S=a', 'RUN --mount=source=${S},target=/in cat /in > /f'],
  ],
  [
    'expanded type',
    'a type is not expanded late',
    ['ARG T=tmpfs', 'RUN --mount=type=$T,target=/in true'],
  ],
  [
    'keys in upper case',
    'keys are case-insensitive',
    ['RUN --mount=Type=bind,SOURCE=a,Target=/in cat /in > /f'],
  ],
  [
    'quoted fields',
    'the fields are CSV',
    ['RUN --mount=type=bind,"source=a",target=/in cat /in > /f'],
  ],
  ['unknown type', 'types are known ones', ['RUN --mount=type=volume,target=/in true']],
  ['unknown key', 'keys are known ones', ['RUN --mount=type=bind,sorce=a,target=/in true']],
  ['key without value', 'most keys need a value', ['RUN --mount=type=bind,source,target=/in true']],
  ['uid of a bind', 'bind has no uid', ['RUN --mount=type=bind,target=/in,uid=5 true']],
  [
    'sharing of a bind',
    'bind has no sharing',
    ['RUN --mount=type=bind,target=/in,sharing=locked true'],
  ],
  ['size of a cache', 'cache has no size', ['RUN --mount=type=cache,target=/in,size=5 true']],
  ['from of a tmpfs', 'tmpfs has no from', ['RUN --mount=type=tmpfs,target=/in,from=files true']],
  [
    'required of a cache',
    'cache has no required',
    ['RUN --mount=type=cache,target=/in,required true'],
  ],
  [
    'mount given twice',
    'several mounts of one target',
    ['RUN --mount=source=a,target=/in --mount=source=b,target=/in cat /in > /f'],
  ],
  [
    'mount below a mount',
    'mounts nest',
    ['RUN --mount=type=tmpfs,target=/in --mount=source=a,target=/in/a cat /in/a > /f'],
  ],
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
  [
    'secret',
    'a secret is a file in /run/secrets',
    [
      'RUN --mount=type=secret,id=token cat /run/secrets/token > /f; stat -c "%u:%g %a" /run/secrets/token >> /f',
    ],
    secret,
  ],
  [
    'secret with a target',
    '`target` is its path',
    ['RUN --mount=type=secret,id=token,target=/etc/token cat /etc/token > /f'],
    secret,
  ],
  [
    'secret by target',
    'the id is the last part of the target by default',
    ['RUN --mount=type=secret,target=/etc/token cat /etc/token > /f'],
    secret,
  ],
  [
    'secret by source',
    '`source` means `id`',
    ['RUN --mount=type=secret,source=token cat /run/secrets/token > /f'],
    secret,
  ],
  [
    'secret by id and source',
    '`id` and `source` together',
    ['RUN --mount=type=secret,id=token,source=other true'],
    secret,
  ],
  [
    'secret with a relative target',
    'a relative target is below WORKDIR',
    ['WORKDIR /w', 'RUN --mount=type=secret,id=token,target=t cat /w/t > /f'],
    secret,
  ],
  [
    'secret missing',
    'a missing secret is no file',
    ['RUN --mount=type=secret,id=none ls /run/secrets > /f 2>&1 || echo gone > /f'],
    secret,
  ],
  [
    'secret required',
    'a required secret has to be there',
    ['RUN --mount=type=secret,id=none,required true'],
    secret,
  ],
  [
    'secret required=false',
    '`required=false` is the default',
    ['RUN --mount=type=secret,id=none,required=false echo x > /f'],
    secret,
  ],
  [
    'secret in the environment',
    '`env` names a variable',
    [
      'RUN --mount=type=secret,id=other,env=TOKEN echo "$TOKEN" > /f; ls /run/secrets >> /f 2>&1 || true',
    ],
    secret,
  ],
  [
    'secret in both',
    '`env` and `target` together',
    ['RUN --mount=type=secret,id=other,env=TOKEN,target=/t echo "$TOKEN" > /f; cat /t >> /f'],
    secret,
  ],
  [
    'secret with owner',
    '`uid`, `gid` and `mode`',
    [
      'RUN --mount=type=secret,id=token,uid=7,gid=8,mode=0440 stat -c "%u:%g %a" /run/secrets/token > /f',
    ],
    secret,
  ],
  [
    'secret is read-only',
    'a secret cannot be written',
    ['RUN --mount=type=secret,id=token echo x > /run/secrets/token'],
    secret,
  ],
  [
    'secret leaves nothing',
    'no mount point stays',
    ['RUN --mount=type=secret,id=token --mount=type=secret,id=other,target=/a/b true'],
    secret,
  ],
  [
    'secret without anything',
    'a secret needs an id or target',
    ['RUN --mount=type=secret true'],
    secret,
  ],
  [
    'secret of another user',
    'the mode keeps other users out',
    ['USER app', 'RUN --mount=type=secret,id=token cat /run/secrets/token'],
    secret,
  ],
  [
    'ssh missing',
    'ssh that is not given is no socket',
    ['RUN --mount=type=ssh echo "[$SSH_AUTH_SOCK]" > /f'],
  ],
  ['ssh required', 'ssh that is required has to be given', ['RUN --mount=type=ssh,required true']],
  ['ssh with size', 'ssh has no size', ['RUN --mount=type=ssh,size=5 true']],
  [
    'run as a user with a bind',
    'binds keep owners of the context: root',
    ['USER app', 'RUN --mount=target=/ctx stat -c "%u:%g" /ctx/a > /tmp/f'],
  ],
  [
    'history of mounts',
    'mounts are no part of the history',
    ['RUN --mount=type=cache,target=/c --mount=target=/ctx true'],
  ],
];

const cases = rows.map(
  ([name, rule, dockerfile, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(
      'FROM scratch AS files',
      'COPY <<X <<Y /deep/',
      'x',
      'X',
      'y',
      'Y',
      'COPY <<X /x',
      'x',
      'X',
      'COPY <<Y /deep/y',
      'y',
      'Y',
      'FROM busybox',
      ...dockerfile,
    ),
    files: { a: 'a\n', b: 'b\n', 'd/c': 'c\n' },
    ...(options && { options }),
  }),
);

export const mounts: Topic = { name: '1.8-mounts', cases };
