/** Stages and arguments: 1.5 and 1.6. */
import { type Row, rowsOf } from './row.ts';

const from = rowsOf('1.5', '1.5-from', [
  [
    'form',
    'one or three words, a name in lower case',
    [
      'two words',
      'four words',
      'not as',
      'as in lower case',
      'stage name with digits first',
      'stage name with dots',
      'stage name with a slash',
    ],
  ],
  [
    'index',
    'COPY --from counts stages, FROM does not',
    [
      'index as base',
      '1.9-copy-options/flag from index',
      '1.9-copy-options/flag from index too large',
      '1.5-stages/duplicate name, by index',
    ],
  ],
  [
    'case of names',
    'FROM compares as it is written, COPY --from in lower case',
    [
      'stage name in upper case',
      'copy from a name in upper case',
      'from a stage by its lower-case name',
      '1.5-stages/upper-case name of a base that is in lower case',
      '1.5-stages/mount from a name in upper case',
    ],
  ],
  [
    'duplicate names',
    'the later stage counts for what follows',
    [
      'duplicate name',
      'duplicate name before the second',
      '1.5-stages/duplicate name in another case',
      '1.2-warnings/duplicate name',
    ],
  ],
  [
    'scratch',
    'no layers, a PATH and a working directory',
    ['scratch', 'scratch with a copy', 'platform of scratch', 'scratch with a tag'],
  ],
  [
    'image without layers',
    'it is like scratch',
    [
      '1.5-stages/image without layers',
      '1.5-stages/image without layers and COPY',
      '1.5-stages/image without layers and its environment',
    ],
  ],
  [
    'reserved names',
    'scratch and context are warned of',
    ['scratch as a stage name', 'context as a stage name', '1.2-warnings/reserved name'],
  ],
  [
    'before FROM',
    'only ARG',
    ['instruction before FROM', 'run before FROM', 'no FROM', 'name from an argument'],
  ],
  [
    'name',
    'it is not empty',
    ['empty name', 'name that is none', 'name with an upper-case letter', 'quoted name'],
  ],
  [
    'stage as base',
    'files, environment, arguments and config, but no triggers',
    [
      'stage as base',
      'stage as base inherits arguments',
      'chain of stages',
      'onbuild of a stage',
      'onbuild of a stage, grandchild',
    ],
  ],
  [
    'reachable stages',
    'only those are built',
    [
      'unused stage that would fail',
      'unused stage with an unknown image',
      'unused stage with a wrong expression',
      '2.2-cache-sources/stage that is not needed',
    ],
    {
      tests: [
        'test/e2e/multi-stage.test.ts › does not run a stage that the target does not need, and names it',
      ],
    },
  ],
  [
    'target',
    'by name, in any case',
    [
      'target by name',
      'target in upper case',
      'target unknown',
      'target is the last',
      'target by index',
    ],
  ],
  [
    'platform',
    'that of the target by default',
    [
      'platform flag',
      'platform from an argument',
      'platform target',
      'platform asked for',
      'platform unknown',
      'platform empty',
    ],
  ],
  [
    'later stages',
    'the name of a stage never means an image: COPY --from and mounts read from earlier stages only',
    [
      '1.5-stages/copy from a later stage',
      '1.5-stages/copy from a later stage in another case',
      '1.5-stages/copy from itself',
      '1.5-stages/mount from a later stage',
      '1.5-stages/mount from itself',
      '1.5-stages/cache from a later stage',
      '1.5-stages/tmpfs that names a later stage',
      '1.5-stages/copy from a name that an earlier and a later stage have',
      '1.5-stages/copy from a name that the stage shares with an earlier one',
      '1.5-stages/copy from a later stage, in a stage nobody needs',
      '1.5-stages/copy from a later stage that a named context replaces',
      '1.5-stages/later stage in a trigger',
    ],
  ],
  [
    'mistakes in triggers',
    'a trigger fails as an instruction of the stage that begins with it; its words have the escape character of the file',
    [
      '1.5-stages/trigger with a wrong port',
      '1.5-stages/trigger with a missing source',
      '1.5-stages/trigger that fails',
      '1.5-stages/trigger that asks for a variable',
      '1.5-stages/trigger with a wrong flag',
      '1.5-stages/trigger and another escape character',
    ],
  ],
  [
    'stages nobody needs',
    'FROM, numbers of stages, names of images and cycles are checked everywhere',
    [
      '1.5-stages/empty base of a stage nobody needs',
      '1.5-stages/bad base name of a stage nobody needs',
      '1.5-stages/bad digest in the base of a stage nobody needs',
      '1.5-stages/empty platform of a stage nobody needs',
      '1.5-stages/bad platform of a stage nobody needs',
      '1.5-stages/copy from itself, in a stage nobody needs',
      '1.5-stages/stages that need each other, which nobody needs',
      '1.5-stages/copy from an index too large, in a stage nobody needs',
      '1.5-stages/copy from an image of a bad name, in a stage nobody needs',
    ],
  ],
  [
    'image of another platform',
    'it is taken where it comes from a named context; of several the right one is',
    [
      'foreign image',
      'foreign image without an instruction',
      'foreign image with its platform',
      'foreign image with another platform',
      'foreign image with a third platform',
      'foreign image for its platform',
      'foreign image for the host',
      'foreign image for a third platform',
      'foreign image and checks',
      'foreign image for the host and checks',
      'foreign image copied from',
      'foreign image as a stage',
      'foreign image as a base of stages',
      'image of several platforms',
      'image of several platforms by flag',
      'image of several platforms for another',
      'image of several platforms copied from',
      'image of several platforms without that',
    ],
    {
      tests: [
        'test/e2e/slips.test.ts › gives its platform to the result where none was asked for',
        'test/e2e/slips.test.ts › is refused where another was asked for, and taken where FROM or a context says so',
      ],
    },
  ],
  [
    'tags',
    'a tag is looked up in each build, a digest is compared',
    ['image by tag', 'image of the store by digest form', '2.2-cache-sources/image by tag'],
  ],
]);

const args = rowsOf('1.6', '1.6-args', [
  [
    'global',
    'for FROM, in order; defaults of stage ARGs without value',
    [
      'global',
      'global is not in scope',
      'globals in order',
      'globals and platform arguments',
      'several globals',
      'global overridden',
    ],
  ],
  [
    'stage',
    'the build argument, then the default of the stage',
    ['default', 'build argument', 'empty build argument', 'no value', 'no value, given'],
  ],
  [
    'stage default and global',
    'the default of the stage wins',
    [
      'global and stage default',
      'global overridden',
      'global',
      '1.6-epoch/epoch by a global ARG, stage default',
    ],
  ],
  [
    'child stages',
    'they inherit declared ARGs, others do not',
    [
      'child stage',
      '1.5-from/stage as base inherits arguments',
      '1.5-from/arguments of an unrelated stage',
      'history of RUN in a child',
    ],
  ],
  [
    'environment of RUN',
    'ARGs are in it, the later of ARG and ENV wins',
    [
      'in RUN',
      'without value in RUN',
      'after ENV',
      'before ENV',
      'after ENV, given',
      'after ENV, no value',
      'env of the base and arg',
    ],
  ],
  [
    'undeclared',
    'a build argument without ARG has no effect',
    [
      'undeclared build argument',
      'proxy not in words',
      '2.2-cache/build argument that is not declared',
    ],
  ],
  [
    'proxies',
    'they need no ARG, and are in neither key nor history',
    [
      'proxy',
      'proxy declared',
      'proxy over ENV',
      'proxy that is empty',
      'proxy not in words',
      'proxy spellings',
      '2.2-cache/proxy',
    ],
  ],
  [
    'platform arguments',
    'they have to be declared in a stage, and can be overridden',
    [
      'platform arguments',
      'all platform arguments',
      'platform arguments of another platform',
      'platform arguments of linux/arm',
      'platform arguments of linux/arm64/v8',
      'platform arguments of linux/x86_64',
      'platform argument overridden',
      'platform argument with a default',
    ],
  ],
  [
    'TARGETSTAGE',
    'the target, the last stage or `default`',
    ['target stage', 'target stage of the last', 'target stage without a name'],
  ],
  [
    'builder arguments',
    'they change the build, and are not in RUN',
    [
      'builder arguments',
      'builder argument declared',
      'sandbox host name',
      'scan arguments',
      'multi-platform argument',
      '1.8-mounts/cache namespace',
      '1.10-remote-contexts/git keeps .git',
      '1.2-directives/check replaced by the build argument',
    ],
  ],
  [
    'SOURCE_DATE_EPOCH',
    'a number, or the time of a context or a stage',
    [
      'source date epoch declared',
      'source date epoch undeclared',
      'source date epoch that is no number',
      '1.6-epoch/epoch by a global ARG',
      '1.6-epoch/epoch number by a global ARG',
      '1.6-epoch/epoch of a file',
    ],
  ],
]);

export const stageRows: readonly Row[] = [...from, ...args];
