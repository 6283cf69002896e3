/** RUN and its mounts: 1.8. */
import { type Row, rowsOf } from './row.ts';

const run = rowsOf('1.8', '1.8-run', [
  [
    'flags',
    'known ones with known values, before the first word',
    [
      'flags after the command',
      'unknown flag',
      'network unknown',
      'network empty',
      'security unknown',
    ],
  ],
  [
    'shell form',
    'one argument of SHELL',
    ['shell form', 'shell instruction', 'shell with pipefail', 'run in scratch', 'continued lines'],
  ],
  [
    'exec form',
    'no shell',
    [
      'exec form',
      'exec form looks in PATH',
      'exec form of one word',
      'exec form empty',
      'program not found',
    ],
  ],
  [
    'network',
    'default, none with a loopback, host with its entitlement',
    [
      'network default',
      'network none',
      'network host is not allowed',
      'network host allowed',
      'network for all',
    ],
  ],
  [
    'security',
    'insecure needs its entitlement',
    [
      'security sandbox',
      'security insecure is not allowed',
      'security insecure allowed',
      'capabilities',
    ],
  ],
  [
    'device',
    'in the labs channel only',
    [
      '1.0-channels/device',
      '1.0-channels/device required',
      '1.0-channels/device empty',
      '1.0-channels/device of labs',
    ],
  ],
]);

const mounts = rowsOf('1.8', '1.8-mounts', [
  [
    'mount options',
    'CSV with keys in any case, values expanded but for `from`',
    [
      'quoted fields',
      'keys in upper case',
      'expanded target',
      'expanded source',
      'bind from a variable',
      'expanded type',
      'unknown type',
      'unknown key',
      'key without value',
    ],
  ],
  [
    'mount target',
    'three names; relative to WORKDIR, not the root',
    ['bind through dst', 'bind to a relative target', 'bind to the root', 'bind without a target'],
  ],
  [
    'bind',
    'the context, a stage, a context or an image; read-only, or writes are discarded',
    [
      'bind by default',
      'bind a file',
      'bind a directory',
      'bind is read-only',
      'bind with rw',
      'bind with readwrite=false',
      'bind with ro=false',
      'bind from a stage',
      'bind from a stage with source',
      'bind from an image',
      'bind from an index',
      'bind from a named context',
      'uid of a bind',
    ],
  ],
  [
    'cache',
    'kept between steps by id; new ones have mode and owner',
    [
      'cache keeps',
      'cache id from the target',
      'cache is not in the layer',
      'cache mode and owner',
      'cache defaults',
      'cache seeded',
      'cache read-only',
      'cache namespace',
      'cache bad mode',
      'cache bad uid',
    ],
    {
      tests: [
        'test/e2e/run-mounts.test.ts › lasts from build to build, and is no part of key or image',
        'test/e2e/run-mounts.test.ts › begins with the files of a stage, with their owners',
      ],
    },
  ],
  [
    'tmpfs',
    'nothing is kept; `size` limits it',
    ['tmpfs', 'tmpfs size', 'tmpfs bad size', 'tmpfs hides', 'from of a tmpfs'],
  ],
  [
    'secret',
    'a read-only file or a variable; missing unless required',
    [
      'secret',
      'secret with a target',
      'secret by target',
      'secret by source',
      'secret by id and source',
      'secret missing',
      'secret required',
      'secret in the environment',
      'secret in both',
      'secret with owner',
      'secret is read-only',
      'secret leaves nothing',
    ],
    { tests: ['test/e2e/secrets.test.ts › are in nothing that a build leaves or says'] },
  ],
  [
    'ssh',
    'a socket of the agent, with owner and mode; the first is SSH_AUTH_SOCK',
    [
      'ssh',
      'ssh with a target',
      'ssh with owner and mode',
      'ssh by id',
      'ssh by an unknown id',
      'ssh missing',
      'ssh required',
      'ssh required and given',
      'ssh twice',
      'ssh and SSH_AUTH_SOCK',
      'ssh leaves nothing',
    ],
    { tests: ['test/e2e/secrets.test.ts › list and sign for a step, but are not changed by it'] },
  ],
  [
    'options of another type',
    'they are errors',
    [
      'sharing of a bind',
      'size of a cache',
      'required of a cache',
      'ssh with size',
      'from of a tmpfs',
      'uid of a bind',
    ],
  ],
  [
    'sharing',
    'shared, private or locked, across builds',
    ['cache sharing', 'cache sharing unknown', 'cache sharing empty'],
    {
      tests: [
        'test/e2e/run-mounts.test.ts › is used by one build at a time when it is locked',
        'test/e2e/run-mounts.test.ts › is another one for whoever wants it alone while it is in use, the same for those who share',
      ],
    },
  ],
  [
    'cache contents',
    'they are in no key and no layer',
    [
      'cache is not in the layer',
      '2.2-cache-inputs/cache mount contents',
      '2.2-cache/cache mount id',
    ],
  ],
]);

export const runRows: readonly Row[] = [...run, ...mounts];
