// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are what is tested
/** Shapes of hostile texts, of any size. */

/** A text of about `size` characters: `head`, pieces, their counterparts, `tail`. */
export interface Shape {
  readonly head?: string;
  readonly piece: string;
  readonly closing?: string;
  readonly tail?: string;
}

export function textOf({ head = '', piece, closing = '', tail = '' }: Shape, size: number): string {
  const times = Math.floor((size - head.length - tail.length) / (piece.length + closing.length));
  return head + piece.repeat(times) + closing.repeat(times) + tail;
}

const run = (piece: string, tail = '') => ({ head: 'FROM a\nRUN b \\\n', piece, tail });

export const fileShapes: readonly (readonly [name: string, shape: Shape])[] = [
  ['quotes of both kinds, deep', { head: 'FROM a\nENV a=\\\n', piece: '"\'"\\\n\'"\'\\\n' }],
  ['quotes never closed', { head: 'FROM a\nENV a="\\\n', piece: "b='c d\\\n" }],
  ['long continuations', run('c \\\n')],
  ['continuations of nothing', run('\\\n')],
  ['comments inside a continuation', run('# c\n')],
  ['blank lines inside a continuation', run('\n', 'c')],
  ['comments above an instruction', { piece: '# c\n# d\n\n', tail: 'FROM a' }],
  [
    'thousands of here-documents',
    { head: 'FROM a\nRUN \\\n', piece: '<<A \\\n', closing: 'A\n', tail: 'A\n' },
  ],
  [
    'here-documents of many instructions',
    { head: 'FROM a\n', piece: `RUN <<A <<B\n${'a b c d e f\n'.repeat(9)}A\nB\n` },
  ],
  ['here-documents never closed', { head: 'FROM a\nRUN \\\n', piece: '<<A <<"B" \\\n' }],
  ['a here-document of many lines', { head: 'FROM a\nRUN <<-A\n', piece: '\t\tb\n', tail: 'A\n' }],
  ['spaces after a here-document', { head: 'FROM a\nRUN <<\\\n', piece: `${' '.repeat(99)}\\\n` }],
  ['substitutions in a here-document', { head: 'FROM a\nRUN <<A\\\n', piece: '${a:-\\\n' }],
  ['arguments on a line', { head: 'FROM a\nARG \\\n', piece: 'a=b c d="e f" \\\n' }],
  ['pairs of ENV', { head: 'FROM a\nENV \\\n', piece: 'a=b c="d" \\\n' }],
  ['strings of a JSON array', { head: 'FROM a\nCMD [\\\n', piece: '"a", \\\n', tail: '"b"]' }],
  ['brackets that open', { head: 'FROM a\nCMD \\\n', piece: '[[[[\\\n', closing: ']]]]\\\n' }],
  [
    'fields of a mount',
    { head: 'FROM a\nRUN --mount=\\\n', piece: 'target=/a,\\\n', tail: 'ro b' },
  ],
  [
    'mounts of a step',
    { head: 'FROM a\nRUN \\\n', piece: '--mount=type=tmpfs,target=/a \\\n', tail: 'b' },
  ],
  [
    'digits of a duration',
    { head: 'FROM a\nHEALTHCHECK --interval=\\\n', piece: '11111111\\\n', tail: 'x CMD a' },
  ],
  ['backslashes', { head: 'FROM a\nENV a=', piece: `${'\\'.repeat(999)}a\\\n` }],
  ['line ends of every kind', run('a\\\r\n\r\r\n# b\r\n')],
  [
    'byte-order marks',
    { head: '\ufeffFROM a\n', piece: `RUN ${'\ufeff'.repeat(99)}\\\n\ufeff#\n`, tail: 'a\n' },
  ],
  ['triggers of triggers', { head: 'FROM a\n', piece: 'ONBUILD \\\n', tail: 'RUN a' }],
  ['words of COPY', { head: 'FROM a\nCOPY \\\n', piece: 'a b c d \\\n', tail: '/e/' }],
  ['flags of COPY', { head: 'FROM a\nCOPY \\\n', piece: '--exclude=a \\\n', tail: 'a /b' }],
  ['many small instructions', { head: 'FROM a\n', piece: `RUN ${'a'.repeat(40)}\n` }],
  ['many stages', { piece: `FROM a AS b${'c'.repeat(40)}\n` }],
];

export const wordShapes: readonly (readonly [name: string, shape: Shape])[] = [
  ['nested defaults', { piece: '${u:-a', closing: '}' }],
  ['nested defaults in quotes', { piece: '${u:-"', closing: '"}' }],
  ['nested alternatives', { piece: '${v:+', closing: '}' }],
  ['nested patterns', { piece: '${v#', closing: '}' }],
  ['nested patterns of the end', { piece: '${v%%*', closing: '}' }],
  ['nested replacements', { piece: '${v/a/', closing: '}' }],
  ['nested patterns of replacements', { piece: '${v//', closing: '/}' }],
  ['substitutions that stay open', { piece: '${a:-' }],
  ['variables', { piece: '$v$u${v}' }],
  ['quotes in quotes', { piece: '"\'"\'"\'' }],
  ['stars of a pattern', { head: '${v#', piece: '*', tail: '}' }],
  ['backslashes of a word', { piece: '\\' }],
  ['words to be parted', { piece: 'a  "b"<< c ' }],
];

/** Parts of a pattern and of the name to match; one of the two grows. */
export const patternShapes: readonly (readonly [name: string, pattern: string, piece: string])[] = [
  ['many stars', `${'*a'.repeat(20)}b`, 'a'],
  ['stars and question marks', `${'*?'.repeat(20)}b`, 'a'],
  ['classes', `${'*[^b]'.repeat(20)}b`, 'a'],
];
export const pathPatternShapes: readonly (readonly [
  name: string,
  pattern: string,
  piece: string,
])[] = [
  ...patternShapes,
  ['doubled stars', `${'**/a/'.repeat(20)}b`, 'a/'],
  ['doubled stars between stars', `${'*a**/a*/'.repeat(10)}b`, 'aa/'],
  ['classes that take slashes', '**/[^b]*[^b]*[^c]*/b', 'a/'],
];
