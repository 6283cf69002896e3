/** What takes the room in an image: files, directories, packages. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Section } from './document.ts';
import { count, more } from './words.ts';

export function largestSection(
  { largest: { files, directories } }: ImageReport,
  rows: number,
): Section | undefined {
  if (files.length === 0) return undefined;
  const half = Math.max(1, Math.floor(rows / 2));
  return {
    title: 'Largest directories and files',
    text: [],
    table: {
      columns: [
        { title: 'SIZE', align: 'right' },
        { title: 'LAYER', align: 'right' },
        { title: 'PATH', cut: 'start' },
      ],
      rows: [
        ...directories.slice(0, half).map(({ bytes, path }) => [humanSize(bytes), '', `${path}/`]),
        ...files
          .slice(0, half)
          .map(({ bytes, layer, path }) => [humanSize(bytes), String(layer ?? ''), path]),
      ],
    },
  };
}

export function packagesSection({ packages }: ImageReport, rows: number): Section | undefined {
  if (packages.length === 0) return undefined;
  const types = new Map<string, number>();
  for (const { type } of packages) types.set(type, (types.get(type) ?? 0) + 1);
  const kinds = [...types].map(([type, number]) => `${number.toLocaleString('en-US')} ${type}`);
  return {
    title: `Packages: ${count(packages.length, 'package')}`,
    text: [`By type: ${kinds.join(', ')}.`],
    table: {
      columns: [
        { title: 'SIZE', align: 'right' },
        { title: 'LAYER', align: 'right' },
        { title: 'TYPE' },
        { title: 'NAME', cut: 'end' },
        { title: 'VERSION' },
      ],
      rows: packages
        .slice(0, rows)
        .map(({ bytes, layer, type, name, version }) => [
          humanSize(bytes),
          String(layer),
          type,
          name,
          version,
        ]),
    },
    notes: more(packages.length, rows, 'package'),
  };
}
