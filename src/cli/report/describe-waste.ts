/** What an image ships without need: hidden files, leftovers of builds, the same content several times. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Section } from './document.ts';
import { count, more } from './words.ts';

const REASONS = {
  deleted: 'deleted',
  overwritten: 'overwritten',
  opaque: 'directory replaced',
  metadata: 'mode, owner or time',
} as const;

export function reclaimableSection(
  { reclaimable: { bytes, files } }: ImageReport,
  rows: number,
): Section | undefined {
  if (files.length === 0) return undefined;
  return {
    title: `Reclaimable: ${humanSize(bytes)} in ${count(files.length, 'file')}`,
    text: [
      'A layer ships these files, a later layer hides them: they are downloaded, and no container sees them. Delete a file in ' +
        'the RUN that makes it, or do not copy it in the first place.',
    ],
    table: {
      columns: [
        { title: 'SIZE', align: 'right' },
        { title: 'LAYER', align: 'right' },
        { title: 'HIDDEN BY', align: 'right' },
        { title: 'WHY' },
        { title: 'FILE', cut: 'start' },
      ],
      rows: files
        .slice(0, rows)
        .map((file) => [
          humanSize(file.bytes),
          String(file.layer),
          String(file.hiddenBy),
          REASONS[file.reason],
          file.path,
        ]),
    },
    notes: more(files.length, rows, 'file'),
  };
}

const LEFTOVER_PATHS = 2;

export function leftoversSection({ leftovers }: ImageReport): Section | undefined {
  if (leftovers.length === 0) return undefined;
  const bytes = leftovers.reduce((sum, one) => sum + one.bytes, 0);
  return {
    title: `Leftovers: ${humanSize(bytes)}`,
    text: ['Caches, documentation and parts of builds, which programs rarely need to run.'],
    table: {
      columns: [
        { title: 'SIZE', align: 'right' },
        { title: 'KIND' },
        { title: 'WHERE', cut: 'end' },
      ],
      rows: leftovers.map(({ kind, bytes: size, paths }) => [
        humanSize(size),
        kind,
        [...paths.slice(0, LEFTOVER_PATHS), ...more(paths.length, LEFTOVER_PATHS, 'path')].join(
          ', ',
        ),
      ]),
    },
  };
}

export function duplicatesSection(
  { duplicates: { bytes, groups } }: ImageReport,
  rows: number,
): Section | undefined {
  if (groups.length === 0) return undefined;
  return {
    title: `Duplicates: ${humanSize(bytes)}`,
    text: ['Files with the same content; SIZE is what one of them instead of all would save.'],
    table: {
      columns: [
        { title: 'SIZE', align: 'right' },
        { title: 'COPIES', align: 'right' },
        { title: 'ONE OF THEM', cut: 'start' },
      ],
      rows: groups
        .slice(0, rows)
        .map(({ bytes: size, paths }) => [humanSize(size), String(paths.length), paths[0] ?? '']),
    },
    notes: more(groups.length, rows, 'group'),
  };
}
