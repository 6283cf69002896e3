/** Metadata: 1.7. */
import { type Row, rowsOf } from './row.ts';

export const metadataRows: readonly Row[] = rowsOf('1.7', '1.7-metadata', [
  [
    'ENV',
    'keys are expanded, duplicates replace in place, PATH is there',
    ['env order', 'env path', 'env path extended', 'env over a base', '1.3-expansion/env keys'],
  ],
  [
    'LABEL',
    'merged over those of the base; --label comes last',
    [
      'label order',
      'label over a base',
      'label option',
      'label option over a base',
      'label option and stages',
    ],
  ],
  [
    'USER',
    'taken as it is, looked up by RUN',
    ['user name', 'user and group', 'user number', 'user that does not exist', 'user over a base'],
  ],
  [
    'VOLUME',
    'a list; later changes below are kept',
    [
      'volume list',
      'volume empty',
      'volume and later changes',
      'volume over a base',
      'volume of an empty array',
    ],
  ],
  [
    'STOPSIGNAL',
    'a name or number that there is',
    [
      'stopsignal name',
      'stopsignal number',
      'stopsignal unknown',
      'stopsignal zero',
      'stopsignal over a base',
    ],
  ],
  [
    'SHELL',
    'JSON; kept in the config and inherited',
    ['shell', 'shell for cmd', 'shell without json', 'shell of a base'],
  ],
  [
    'WORKDIR',
    'relative to the one before, cleaned, made with parents for the user',
    [
      'workdir absolute',
      'workdir relative',
      'workdir relative first',
      'workdir root',
      'workdir cleaned',
      'workdir above the root',
      'workdir owner',
      'workdir existing',
      'workdir through a link',
      'workdir over a base',
    ],
  ],
  [
    'EXPOSE',
    'ports, ranges and protocols; addresses are tolerated',
    [
      'expose port',
      'expose protocols',
      'expose upper case',
      'expose range',
      'expose with an address',
      'expose with a host port',
      'expose order',
      'expose over a base',
    ],
  ],
  [
    'HEALTHCHECK',
    'NONE, or CMD with durations and retries; no SHELL',
    [
      'healthcheck none',
      'healthcheck shell',
      'healthcheck shell with SHELL',
      'healthcheck exec',
      'healthcheck all flags',
      'healthcheck zero',
      'healthcheck too short',
      'healthcheck negative retries',
    ],
  ],
  [
    'CMD',
    'the shell form is wrapped; ArgsEscaped is always set',
    ['cmd shell', 'cmd exec', 'cmd empty array', 'cmd over a base'],
  ],
  [
    'ENTRYPOINT',
    'it clears a CMD that the stage did not set itself',
    [
      'entrypoint over a base',
      'cmd then entrypoint over a base',
      'entrypoint over a stage',
      'entrypoint and cmd',
      'entrypoint reset over a base',
      'entrypoint empty array',
    ],
  ],
  [
    'ONBUILD',
    'triggers are kept as text and run first in children',
    [
      'onbuild',
      'onbuild onbuild',
      'onbuild from',
      'onbuild maintainer',
      'onbuild copy from a stage',
      'onbuild env for later triggers',
      '1.5-from/onbuild of a base',
      '1.4-heredocs/onbuild document used',
    ],
  ],
  [
    'MAINTAINER',
    'the author, with a warning',
    ['maintainer', 'maintainer twice', 'maintainer over a base', '1.2-warnings/maintainer'],
  ],
]);
