/** SOURCE_DATE_EPOCH that names where the time comes from. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type CaseOptions, type ConformanceCase, lines, type Topic } from '../case.ts';
import { packTar } from '../pack-tar.ts';

const SECTION = '1.6';

const archive = packTar([
  { path: 'old', type: 'file', mode: 0o644, mtime: 1_600_000_000 },
  { path: 'new', type: 'file', mode: 0o644, mtime: 1_650_000_000 },
  { path: 'dir/', type: 'directory', mode: 0o755, mtime: 1_690_000_000 },
]);
const served = {
  dated: { content: 'dated\n', lastModified: 'Tue, 02 Jan 2024 03:04:05 GMT' },
  plain: 'plain\n',
  'a.tar': { content: archive },
  'a.tar.gz': { content: gzipSync(archive) },
  'dated.tar': { content: archive, lastModified: 'Tue, 02 Jan 2024 03:04:05 GMT' },
};
const SUM = createHash('sha256').update('dated\n').digest('hex');
const TAR_SUM = createHash('sha256').update(archive).digest('hex');

const show = ['FROM busybox', 'ARG SOURCE_DATE_EPOCH', 'RUN echo "[$SOURCE_DATE_EPOCH]" > /f'];
/** A stage that fetches one file, and one that shows what came of it. */
const from = (...added: string[]) => ['ARG FILES', 'FROM scratch AS src', ...added, ...show];

const rows: readonly (readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  epoch?: string,
  options?: Partial<CaseOptions>,
])[] = [
  ['epoch of a file', 'the time the server gives', from('ADD $FILES/dated /'), 'src'],
  ['epoch by a name in upper case', 'case does not matter', from('ADD $FILES/dated /'), 'SRC'],
  ['epoch of an archive', 'the newest file in it', from('ADD $FILES/a.tar /'), 'src'],
  ['epoch of a packed archive', 'the same', from('ADD $FILES/a.tar.gz /'), 'src'],
  ['epoch of a dated archive', 'the server goes first', from('ADD $FILES/dated.tar /'), 'src'],
  ['epoch of an undated file', 'there is none', from('ADD $FILES/plain /'), 'src'],
  [
    'epoch of a pinned file',
    'a pinned file is not asked for its time',
    from(`ADD --checksum=sha256:${SUM} $FILES/dated /`),
    'src',
  ],
  [
    'epoch of a pinned archive',
    'the newest file in it',
    from(`ADD --checksum=sha256:${TAR_SUM} $FILES/dated.tar /`),
    'src',
  ],
  [
    'epoch with ARG in its stage',
    'ARG is allowed in the stage',
    from('ARG NAME=dated', 'ADD $FILES/$NAME /'),
    'src',
  ],
  [
    'epoch by a global ARG',
    'the default of a global ARG counts',
    ['ARG SOURCE_DATE_EPOCH=src', ...from('ADD $FILES/dated /')],
  ],
  [
    'epoch by a global ARG, stage default',
    'a default in the stage goes before the global one',
    [
      'ARG SOURCE_DATE_EPOCH=src',
      'ARG FILES',
      'FROM scratch AS src',
      'ADD $FILES/dated /',
      'FROM busybox',
      'ARG SOURCE_DATE_EPOCH=5',
      'RUN echo "[$SOURCE_DATE_EPOCH]" > /f',
    ],
  ],
  [
    'epoch given, stage default',
    'what is given goes before a default in the stage',
    [
      'ARG FILES',
      'FROM scratch AS src',
      'ADD $FILES/dated /',
      'FROM busybox',
      'ARG SOURCE_DATE_EPOCH=5',
      'RUN echo "[$SOURCE_DATE_EPOCH]" > /f',
    ],
    'src',
  ],
  ['epoch number by a global ARG', 'a number', ['ARG SOURCE_DATE_EPOCH=1600000000', ...show]],
  ['epoch of no value', 'an empty value is none', show, ''],
  ['epoch of a local context', 'a local directory has none', show, 'context'],
  [
    'epoch of a local context by a global ARG',
    'a local directory has none',
    ['ARG SOURCE_DATE_EPOCH=context', ...show],
  ],
  [
    'epoch of a named directory',
    'a local directory has none',
    show,
    'named',
    { contexts: { named: { a: 'a\n' } } },
  ],
  ['epoch of nothing', 'a name that nothing has', show, 'nothing'],
  ['epoch of a stage number', 'a stage has no number here', from('ADD $FILES/dated /'), '-0x1'],
  [
    'epoch of a stage on an image',
    'the stage begins with nothing',
    ['FROM busybox AS src', 'ARG FILES', 'ADD $FILES/dated /', ...show],
    'src',
  ],
  [
    'epoch of two sources',
    'the stage has one ADD',
    from('ADD $FILES/dated /', 'ADD $FILES/plain /'),
    'src',
  ],
  [
    'epoch of one ADD of two sources',
    'the ADD has one source',
    from('ADD $FILES/dated $FILES/plain /'),
    'src',
  ],
  ['epoch of a local file', 'the source is remote', from('ADD a /'), 'src'],
  ['epoch of an empty stage', 'there is an ADD', from(), 'src'],
  [
    'epoch of a stage with more',
    'the stage does nothing else',
    from('ADD $FILES/dated /', 'LABEL a=b'),
    'src',
  ],
];

const cases = rows.map(
  ([name, rule, dockerfile, epoch, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files: { a: 'a\n' },
    options: {
      ...(dockerfile.some((line) => line.includes('FILES')) && { served }),
      ...(epoch !== undefined && { buildArgs: { SOURCE_DATE_EPOCH: epoch } }),
      ...options,
    },
  }),
);

export const epoch: Topic = { name: '1.6-epoch', cases };
