/** The text of a Dockerfile: 1.0 to 1.2. */
import { type Row, rowsOf } from './row.ts';

const channels = rowsOf('1.0', '1.0-channels', [
  [
    'channels',
    'only RUN --device needs the labs channel',
    ['device', 'device required', 'device empty', 'device of labs', 'labs'],
  ],
  [
    'versions',
    'all stable flags work whatever version the directive names',
    [
      'old version and --mount',
      'old version and --link',
      'old version and --parents',
      'old version and a here-document',
      'old version and --security',
      'old version and --unpack',
      'old version and several ARGs',
    ],
  ],
]);

const lexical = rowsOf('1.1', '1.1-lexical', [
  [
    'byte order mark',
    'it is dropped on the first line',
    ['bom', 'bom before a directive', 'bom on a later line'],
  ],
  [
    'shebang',
    'a first line `#!` is skipped only where `syntax` is looked for',
    ['shebang before the directive', 'shebang before another directive', 'shebang before syntax'],
  ],
  [
    'line length',
    'a physical line has less than 64 KiB',
    ['longest line', 'line too long', 'line too long in a here-document', 'long logical line'],
  ],
  [
    'leading blanks',
    'they are dropped, but not on continued lines',
    [
      'leading blanks',
      'blanks before a comment',
      'continued lines keep their indent',
      'continuation within a word',
    ],
  ],
  [
    'CRLF',
    'carriage returns at line ends are dropped',
    ['crlf', 'crlf in a here-document', 'crlf in a comment within a continuation'],
  ],
  [
    'comments',
    '`#` first, also within a continuation, which it does not end',
    [
      'hash inside a line',
      'hash as a word',
      'comment in a continuation',
      'indented comment in a continuation',
      'comment ends no continuation',
    ],
  ],
  [
    'blank lines',
    'within a continuation they are swallowed, with a warning',
    [
      'blank line in a continuation',
      'several blank lines in a continuation',
      'comment and blank line in a continuation',
      '1.2-warnings/blank line in a continuation',
    ],
  ],
  [
    'continuation',
    'the escape character at the end, unless it is escaped',
    [
      'escape character alone',
      'two backslashes at the end',
      'three backslashes at the end',
      'continuation in quotes',
      'continuation at the end of the file',
    ],
  ],
  [
    'blanks after the sign',
    'they are allowed',
    [
      'blanks after the continuation sign',
      'tab after the continuation sign',
      'blanks and tabs after the continuation sign',
    ],
  ],
  [
    'keywords',
    'case-insensitive, up to a blank of any kind',
    [
      'keyword in lower case',
      'keyword in mixed case',
      'tab after the keyword',
      'vertical tab after the keyword',
      'form feed after the keyword',
      'unknown keyword',
    ],
  ],
  [
    'flags',
    'leading words with `--`, known ones, once',
    [
      'flag before arguments',
      'unknown flag',
      'unknown flag like a known one',
      'flag given twice',
      'flag after arguments',
      'bare double dash',
      'flag value in quotes',
      'flag on env',
    ],
  ],
  [
    'boolean flags',
    'true, false or alone, in any case',
    [
      'boolean flag in upper case',
      'boolean flag without a value',
      'boolean flag false',
      '1.9-copy-options/link bad value',
    ],
  ],
  [
    'quotes of words',
    'ENV, LABEL and ARG read quoted words',
    [
      'quotes inside a word',
      'escaped quotes',
      'open quote',
      'open single quote',
      'label quoted key',
      'quotes in an arg',
    ],
  ],
  [
    'JSON form',
    'an array of strings, nothing else',
    [
      'json form',
      'json with escapes',
      'json over lines',
      'json form after blanks',
      'json with a number',
      'json with null',
      'json nested',
    ],
  ],
  [
    'invalid JSON',
    'it is the shell form',
    [
      'invalid json is shell form',
      'json without end is shell form',
      'json with text after it',
      'json with a trailing comma',
    ],
  ],
  [
    'shapes of arguments',
    'each instruction splits its line in its own way',
    [
      'json for volume',
      'words for volume',
      'workdir with blanks',
      'user with blanks',
      'stopsignal with blanks',
      'maintainer with blanks',
      'expose with several blanks',
      'env with several pairs',
      '1.9-copy-sources/quoted words',
    ],
  ],
  [
    'legacy form',
    'a first word without `=`: the rest is the value',
    [
      'env legacy form',
      'env legacy form with equals later',
      'env legacy form with quotes',
      'label legacy form',
      'env mixed forms',
      'label mixed forms',
    ],
  ],
]);

const directives = rowsOf('1.2', '1.2-directives', [
  [
    'form',
    'names are case-insensitive, blanks are allowed',
    ['directive with blanks around', 'escape in upper case', 'directive after another'],
  ],
  [
    'place',
    'anything else ends the directives',
    [
      'directive after a blank line',
      'directive after a comment',
      'directive after an unknown one',
      'directive after an instruction',
    ],
  ],
  [
    'duplicates',
    'a directive is given once',
    ['escape twice', 'check twice', 'directive after another'],
  ],
  [
    'escape',
    'a backslash or a backtick, but not for documents',
    [
      'escape backtick',
      'escape backtick leaves backslashes',
      'escape backtick in words',
      'escape backslash',
      'escape other character',
      'escape empty',
      'escape and here-documents',
      'escape and RUN text',
    ],
  ],
  [
    'syntax',
    'it names a frontend, which lamina does not fetch',
    [
      'syntax',
      'syntax after a comment',
      'syntax after a blank line',
      '1.0-channels/labs',
      '1.0-channels/slashes',
      '1.1-lexical/shebang before syntax',
    ],
    {
      tests: [
        'src/plan/foreign-syntax.test.ts › may be given by the build argument, which replaces the directive',
      ],
    },
  ],
  [
    'check',
    'skip, error and experimental',
    [
      'check directive',
      'check with error',
      'check with error but nothing to say',
      'check with error and skip',
      'check with error and skip all',
      'check with an unknown key',
      'check with a bad boolean',
      '1.2-warnings/names are case-sensitive',
    ],
  ],
  [
    'check of one instruction',
    'a comment above it skips rules for it alone',
    [
      'check of one instruction',
      'check of another instruction',
      '1.2-warnings/undefined variable that is skipped',
    ],
  ],
  [
    'BUILDKIT_DOCKERFILE_CHECK',
    'it replaces the directive',
    [
      'check replaced by the build argument',
      '1.2-warnings/argument with error',
      '1.2-warnings/argument with skip',
      '1.2-warnings/argument with both',
    ],
  ],
  [
    'descriptions',
    'a comment right above FROM or ARG that begins with the name',
    [
      'doc comments',
      '1.2-warnings/description of a stage',
      '1.2-warnings/description of something else',
      '1.2-warnings/description of an argument',
      '1.2-warnings/description with a blank line',
    ],
  ],
]);

export const textRows: readonly Row[] = [...channels, ...lexical, ...directives];
