/** What differs between two images, in sections and tables, the most useful first. */
import type { CompareImagesResult } from '../api/index.ts';
import { humanSize } from '../progress/index.ts';
import { shortId } from './commands/images.ts';
import { count, more, type ReportDocument, type Section, signedSize } from './report/index.ts';

type Files = Extract<CompareImagesResult, { kind: 'files' }>['comparison'];
type Layers = Extract<CompareImagesResult, { kind: 'layers' }>['comparison'];
type FileDifference = Files['files'][number];
type Summary = Files['summary'];

/** @param rows of each table at most */
export function describeSummary({ summary }: Files, rows: number): ReportDocument {
  const { a, b } = summary.images;
  const sections = [
    imagesSection(summary),
    configSection(summary),
    packagesSection(summary, rows),
    directoriesSection(summary, rows),
  ];
  return {
    title: `Comparison of ${a.names[0] ?? shortId(a.id, false)} (A) and ${b.names[0] ?? shortId(b.id, false)} (B)`,
    sections: sections.filter((section) => section !== undefined),
  };
}

/** @param files of the list at most */
export function describeFiles({ files }: Files, listed: number): Section {
  const text = files.length === 0 ? ['The same files, with the same contents.'] : [];
  return { title: `Files: ${fileCounts(files)}`, text, ...fileTable(files, listed) };
}

/** `1 added, 2 removed, 3 changed`. */
export function fileCounts(files: readonly FileDifference[]): string {
  const number = (kind: FileDifference['kind']) =>
    files.filter((file) => file.kind === kind).length;
  return `${number('added')} added, ${number('removed')} removed, ${number('changed')} changed`;
}

/** @param listed files of each layer at most */
export function describeLayers(comparison: Layers, listed: number): ReportDocument {
  const { a, b, config, layers } = comparison;
  const differing = layers.filter((layer) => layer.a !== layer.b);
  return {
    title: `Comparison of ${shortId(a, false)} (A) and ${shortId(b, false)} (B), layer by layer`,
    sections: [
      ...(config.length === 0 ? [] : [valuesSection(config)]),
      ...differing.map((layer): Section => {
        const { position, instruction, files } = layer;
        const only = layer.a === undefined ? ['Only B has it.'] : [];
        const text = layer.b === undefined ? ['Only A has it.'] : only;
        const title = `Layer ${position + 1}: ${instruction ?? 'unknown instruction'}`;
        if (files.length > 0) return { title, text, ...fileTable(files, listed) };
        return { title, text: [...text, 'The same files, packed differently.'] };
      }),
    ],
  };
}

/** Values of the config that differ between all builds, unless SOURCE_DATE_EPOCH is set. */
export function isTime({ path }: Layers['config'][number]): boolean {
  return /^(?:created|history\[\d+\]\.created)$/.test(path);
}

/** What to do about them. */
export const TIMES_DIFFER =
  'times differ (set SOURCE_DATE_EPOCH to make them the same in every build)';

function valuesSection(config: Layers['config']): Section {
  const values = config.filter((one) => !isTime(one));
  const rows = values.map(({ path, a = 'nothing', b = 'nothing' }) => [path, became(a, b)]);
  return configTable(values.length < config.length ? [...rows, ['times', TIMES_DIFFER]] : rows);
}

function imagesSection({ images, sizes, layers }: Summary): Section {
  const size = (bytes: number | null) => (bytes === null ? 'not known' : humanSize(bytes));
  const row = (title: string, a: number | null, b: number | null) => [
    title,
    size(a),
    size(b),
    a === null || b === null ? '' : signedSize(b - a),
  ];
  return {
    title: 'Images',
    text: [],
    table: {
      columns: [
        { title: '' },
        { title: 'A', align: 'right' },
        { title: 'B', align: 'right' },
        { title: 'CHANGE', align: 'right' },
      ],
      rows: [
        ['id', shortId(images.a.id, false), shortId(images.b.id, false), ''],
        row('unpacked', sizes.a.unpacked, sizes.b.unpacked),
        row('compressed', sizes.a.compressed, sizes.b.compressed),
        row('visible', sizes.a.visible, sizes.b.visible),
      ],
    },
    notes: [pullText(layers)],
  };
}

function pullText({ shared, added, unpacked, compressed }: Summary['layers']): string {
  const sharing = `B shares ${shared === 0 ? 'no layer' : count(shared, 'layer')} with A.`;
  if (added.length === 0) return `${sharing} A machine that has A pulls no layer.`;
  const bytes =
    compressed === null
      ? `${humanSize(unpacked)} unpacked`
      : `${humanSize(compressed)} compressed, ${humanSize(unpacked)} unpacked`;
  return `${sharing} A machine that has A still pulls ${count(added.length, 'layer')}: ${bytes}.`;
}

function configSection({ config }: Summary): Section | undefined {
  if (config.length === 0) return undefined;
  return configTable(config.map((change) => [change.subject, configWords(change)]));
}

function configTable(rows: readonly (readonly string[])[]): Section {
  const columns = [{ title: 'WHAT' }, { title: 'CHANGE' }];
  return { title: 'Config', text: [], table: { columns, rows } };
}

function configWords({ before, after }: Summary['config'][number]): string {
  const shown = (value: string) => (value === '' ? 'empty' : value);
  if (before === null) return `new: ${shown(after ?? '')}`;
  if (after === null) return `gone, was ${shown(before)}`;
  return became(shown(before), shown(after));
}

function became(a: string, b: string): string {
  return `${a} became ${b}`;
}

function packagesSection({ packages }: Summary, rows: number): Section | undefined {
  if (packages.length === 0) return undefined;
  const added = packages.filter(({ before }) => before === null).length;
  const removed = packages.filter(({ after }) => after === null).length;
  const changed = packages.length - added - removed;
  return {
    title: `Packages: ${added} added, ${removed} removed, ${changed} changed`,
    text: [],
    table: {
      columns: [
        { title: 'CHANGE', align: 'right' },
        { title: 'TYPE' },
        { title: 'NAME', cut: 'end' },
        { title: 'A' },
        { title: 'B' },
      ],
      rows: packages
        .slice(0, rows)
        .map(({ type, name, before, after, bytes }) => [
          signedSize(bytes),
          type,
          name,
          before ?? '-',
          after ?? '-',
        ]),
    },
    notes: more(packages.length, rows, 'package'),
  };
}

function directoriesSection({ directories }: Summary, rows: number): Section | undefined {
  if (directories.length === 0) return undefined;
  const right = (title: string) => ({ title, align: 'right' }) as const;
  return {
    title: 'Directories with the largest differences',
    text: ['A and B are the bytes of the files that differ, with all directories below.'],
    table: {
      columns: [
        ...['A', 'B', 'CHANGE', 'ADDED', 'REMOVED', 'CHANGED'].map(right),
        { title: 'DIRECTORY', cut: 'start' },
      ],
      rows: directories
        .slice(0, rows)
        .map(({ path, before, after, added, removed, changed }) => [
          humanSize(before),
          humanSize(after),
          signedSize(after - before),
          ...[added, removed, changed].map((number) => number.toLocaleString('en-US')),
          path,
        ]),
    },
    notes: directories.length > rows ? [`and ${directories.length - rows} more`] : [],
  };
}

function fileTable(
  files: readonly FileDifference[],
  listed: number,
): Pick<Section, 'table' | 'notes'> {
  if (files.length === 0) return {};
  return {
    table: {
      columns: [{ title: 'FILE' }, { title: 'CHANGE' }],
      rows: files.slice(0, listed).map((file) => [file.path, fileWords(file)]),
    },
    notes: more(files.length, listed, 'file'),
  };
}

function fileWords({ kind, sizeA, sizeB, changes }: FileDifference): string {
  const size = kind === 'added' ? sizeB : sizeA;
  if (kind !== 'changed') return size === undefined ? kind : `${kind}, ${humanSize(size)}`;
  const isRead = (what: string) => what === 'content' || what === 'size';
  const words = changes
    .filter(({ what }) => !isRead(what))
    .map(({ what, a, b }) => `${what}: ${became(a, b)}`);
  const [before, after] = [humanSize(sizeA ?? 0), humanSize(sizeB ?? 0)];
  const content = before === after ? `content, ${after}` : `content: ${became(before, after)}`;
  return [...(changes.some(({ what }) => isRead(what)) ? [content] : []), ...words].join('; ');
}
