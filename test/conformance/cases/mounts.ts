import { type ConformanceCase, directory, lines, type Topic } from '../case.ts';
import { type MountRow, mountCases } from './mount-cases.ts';
import { mountPoints } from './mount-points.ts';
import { secretMounts } from './mounts-secrets.ts';
import { storeMounts } from './mounts-stores.ts';

const own = { contexts: { own: { f: 'own\n', 'd/g': 'g\n' } } } as const;

const rows: readonly MountRow[] = [
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

const bindWithMode: ConformanceCase = {
  name: 'bind of a directory with a mode',
  rule: '1.8 mounts: what is mounted is the directory itself, with its mode and owner',
  dockerfile: lines(
    'FROM busybox',
    'RUN --mount=source=closed,target=/in stat -c "%u:%g %a" /in > /f',
    'RUN --mount=source=sticky,target=/in,rw stat -c "%u:%g %a" /in > /g && touch /in/x',
    'RUN --mount=from=rich,source=/there/dir,target=/in stat -c "%u:%g %a" /in > /h',
  ),
  files: { closed: directory(0o700), sticky: directory(0o1777), 'sticky/a': 'a\n' },
};

export const mounts: Topic = {
  name: '1.8-mounts',
  cases: [...mountCases(rows), ...storeMounts, ...secretMounts, ...mountPoints, bindWithMode],
};
