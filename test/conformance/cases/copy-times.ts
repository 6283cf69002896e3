/** Times of files that are copied. */
import { type ConformanceCase, file, lines, type Topic } from '../case.ts';
import { packTar } from '../pack-tar.ts';

const SECTION = '1.9 COPY and times';
const tar = packTar([
  { path: 'f', type: 'file', mode: 0o644, mtime: 1_000_000_000, content: Buffer.from('f\n') },
  { path: 'd/g', type: 'file', mode: 0o600, mtime: 1_100_000_000, content: Buffer.from('g\n') },
  { path: 'd/link', type: 'symlink', mode: 0o777, mtime: 1_200_000_000, linkTarget: 'g' },
]);

type Row = readonly [name: string, rule: string, ...lines: string[]];
const KEPT = 'files keep their times';
const STAGE = ['FROM busybox AS s', 'ADD f.tar /s', 'FROM busybox'];

const rows: readonly Row[] = [
  ['archive', 'members have the times of the archive', 'FROM busybox', 'ADD f.tar /x'],
  ['file from a stage', KEPT, ...STAGE, 'COPY --from=s /s/f /x/f'],
  ['tree from a stage', KEPT, ...STAGE, 'COPY --from=s /s /x'],
  ['with an owner and a mode', KEPT, ...STAGE, 'COPY --from=s --chown=5 --chmod=700 /s /x'],
  ['linked', KEPT, ...STAGE, 'COPY --link --from=s /s /x'],
  ['with parents', KEPT, ...STAGE, 'COPY --parents --from=s /s/./d/g /x/'],
  ['copied twice', KEPT, ...STAGE, 'COPY --from=s /s /y', 'FROM busybox', 'COPY --from=1 /y /x'],
];

const cases = rows.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
    files: { 'f.tar': file(tar) },
    times: ['x/f', 'x/d/g', 'x/d/link'],
  }),
);

export const copyTimes: Topic = { name: '1.9-copy-times', cases };
