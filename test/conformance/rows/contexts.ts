/** Contexts and .dockerignore: 1.10. */
import { type Row, rowsOf } from './row.ts';

export const contextRows: readonly Row[] = rowsOf('1.10', '1.10-contexts', [
  [
    'directory and standard input',
    'a directory, an archive or a Dockerfile on standard input',
    [
      'Dockerfile in the context',
      '1.10-remote-contexts/stdin archive',
      '1.10-remote-contexts/stdin missing file',
      '1.10-remote-contexts/stdin Dockerfile by another name',
    ],
    {
      tests: [
        'test/e2e/contexts.test.ts › leaves a text to be the Dockerfile, with or without a directory beside it',
      ],
    },
  ],
  [
    'git',
    'a repository, with a ref and a directory',
    [
      '1.10-remote-contexts/git',
      '1.10-remote-contexts/git ref',
      '1.10-remote-contexts/git subdirectory',
      '1.10-remote-contexts/git query',
      '1.10-remote-contexts/git unknown ref',
      '1.10-remote-contexts/git keeps no .git',
    ],
  ],
  [
    'HTTP',
    'an archive, or else the Dockerfile',
    [
      '1.10-remote-contexts/http archive',
      '1.10-remote-contexts/http compressed archive',
      '1.10-remote-contexts/http text',
      '1.10-remote-contexts/http text and COPY',
    ],
  ],
  [
    'Dockerfile',
    'Dockerfile, else dockerfile; outside of the context is fine',
    ['Dockerfile in the context', 'Dockerfile by another name', 'ignored Dockerfile'],
    {
      tests: [
        'src/context/dockerfile-lookup.test.ts › takes Dockerfile, else dockerfile, of the context',
        'src/context/dockerfile-lookup.test.ts › takes the named file, which may lie outside the context',
      ],
    },
  ],
  [
    'own ignore file',
    '<name>.dockerignore, instead of the other',
    ['own ignore file', 'own ignore file of Dockerfile', 'ignore nothing'],
  ],
  [
    'patterns that are wrong',
    'a pattern that is malformed, or has a reversed range, is refused; `[[:name:]]` is a class',
    [
      '1.10-odd-patterns/ignore file: open bracket',
      '1.10-odd-patterns/ignore file: reversed range',
      '1.10-odd-patterns/ignore file: reversed negated range',
      '1.10-odd-patterns/ignore file: named class',
      '1.10-odd-patterns/source: reversed range',
      '1.10-odd-patterns/exclude: reversed range',
      '1.10-odd-patterns/parents: reversed range',
      '1.10-odd-patterns/source of a stage: reversed range',
    ],
  ],
  [
    'where it applies',
    'to local contexts, each its own; not to stages, git or HTTP',
    [
      'ignore file and stages',
      'ignore file and mounts',
      'named directory with an ignore file',
      'named directory without its ignore file',
      '1.10-remote-contexts/git ignore file',
      '1.10-remote-contexts/http ignore file',
      'ignore file is ignored',
    ],
  ],
  [
    'parsing',
    'comments, blanks, `!`, slashes, byte order mark',
    [
      'ignore comment',
      'ignore comment later',
      'ignore blank lines',
      'ignore blanks around',
      'ignore bom',
      'ignore leading slash',
      'ignore dots',
      'ignore negation with blanks',
      'ignore crlf',
    ],
  ],
  [
    'anchoring',
    'patterns begin at the root',
    ['ignore top only', 'ignore path', 'ignore directory', 'ignore above'],
  ],
  [
    'wildcards',
    '`*` and `?` stop at slashes, classes, `**`',
    [
      'ignore star',
      'ignore star below',
      'ignore question mark',
      'ignore class',
      'ignore two stars in front',
      'ignore two stars between',
      'ignore two stars in a name',
      'ignore bad pattern',
    ],
  ],
  [
    'last rule',
    'it wins; `!` takes back below excluded directories',
    [
      'ignore negation',
      'ignore negation below a directory',
      'ignore negation of a directory',
      'ignore negation then pattern',
      'ignore negation twice',
    ],
  ],
  [
    '`!` alone',
    'it is an error',
    ['ignore negation alone', 'ignore negation with blanks', 'ignore escaped bang'],
  ],
  [
    'what is read',
    'only what reachable steps need, and what links point to',
    ['ignored target of a link', 'ignored source', 'ignored in a wildcard'],
    {
      tests: [
        'test/e2e/contexts.test.ts › is not opened when no step needs it',
        'test/e2e/multi-stage.test.ts › builds only what --target needs',
      ],
    },
  ],
  [
    'named contexts',
    'directories, images, repositories, layouts',
    [
      'named directory',
      'named image',
      'named scratch',
      '1.10-remote-contexts/named repository',
      '1.10-remote-contexts/named repository with a ref',
      '1.10-remote-contexts/named repository as a mount',
      '1.10-remote-contexts/named reference that is none',
    ],
    {
      tests: [
        'test/e2e/contexts.test.ts › may be an OCI layout, chosen by tag or digest, which is given no name in the store',
      ],
    },
  ],
  [
    'overriding',
    'a stage or an image by its name; `scratch` and `context` cannot be',
    [
      'named directory replaces a stage',
      'named directory replaces an image',
      'named directory replaces a tagged image',
      'named directory and latest',
      'named context in upper case',
      'scratch as a name',
      'context as a name',
    ],
    { tests: ['test/e2e/contexts.test.ts › may be for one platform only'] },
  ],
]);
