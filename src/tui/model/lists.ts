/** The views that are lists: largest files, what could go, packages. */
import { type ImageModel, NONE, type PathNode, type Version } from '../../analysis/index.ts';
import type { ExploredImage } from '../../api/index.ts';
import { toText } from '../../files/index.ts';
import type { StackDiff } from './stack-diff.ts';

export type ListName = 'largest' | 'reclaimable' | 'leftovers' | 'packages';

export interface ListRow {
  readonly bytes: number;
  /** Counts from 0; undefined where it is of no single layer. */
  readonly layer: number | undefined;
  readonly text: string;
  /** What more there is to say. */
  readonly note: string;
  /** Where the tree shows it; undefined for what has no path. */
  readonly path: string | undefined;
}

export interface List {
  readonly title: string;
  readonly rows: readonly ListRow[];
}

const MOST_LARGEST = 1000;

export function makeList(
  name: ListName,
  image: Pick<ExploredImage, 'model' | 'report'>,
  diff: StackDiff,
): List {
  const { report } = image;
  switch (name) {
    case 'largest':
      return largestList(image.model, diff);
    case 'reclaimable':
      return {
        title: 'Shipped, but hidden in the end',
        rows: report.reclaimable.files.map(({ path, bytes, layer, hiddenBy, reason }) => ({
          ...{ bytes, layer, text: path, path },
          note: `${reason} by ${hiddenBy}`,
        })),
      };
    case 'leftovers':
      return {
        title: 'Hardly needed at run time',
        rows: report.leftovers.flatMap(({ kind, bytes, paths }) => [
          {
            bytes,
            layer: undefined,
            text: kind,
            note: `${paths.length} path${paths.length === 1 ? '' : 's'}`,
            path: paths[0],
          },
        ]),
      };
    case 'packages':
      return {
        title: 'Packages',
        rows: [...report.packages]
          .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
          .map(({ type, name: title, version, bytes, layer }) => ({
            ...{ bytes, layer, text: `${title} ${version}`, note: type, path: undefined },
          })),
      };
  }
}

function largestList(model: ImageModel, diff: StackDiff): List {
  const { versions, paths } = model;
  let found: { version: Version; node: PathNode; bytes: number }[] = [];
  const cut = () => {
    found.sort((a, b) => b.bytes - a.bytes || a.node - b.node);
    found = found.slice(0, MOST_LARGEST);
  };
  let least = 0;
  for (let node = 0; node < paths.size; node++) {
    const version = diff.version(node);
    if (version === NONE || !versions.isFile(version)) continue;
    const bytes = versions.size(version);
    if (bytes <= least || diff.mark(node) === 'removed') continue;
    found.push({ version, node, bytes });
    if (found.length < MOST_LARGEST * 10) continue;
    cut();
    least = found.at(-1)?.bytes ?? 0;
  }
  cut();
  return {
    title: 'Largest files up to this layer',
    rows: found.map(({ version, node, bytes }) => {
      const path = paths.path(node);
      return { bytes, layer: versions.layer(version), text: toText(path), note: '', path };
    }),
  };
}
