import { useMemo, useState } from 'preact/hooks';
import type { PageImage } from '../page-data.ts';
import { type Column, DataTable } from './data-table.tsx';
import { signedSize, size } from './format.ts';
import { type Item, rootItem } from './items.ts';

interface Difference {
  readonly name: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Bytes. */
  readonly change: number;
}

/** Where two images differ, directory by directory, what differs most first. */
export function Differences({ before, after }: { before: PageImage; after: PageImage }) {
  const roots = useMemo(() => [finalTree(before), finalTree(after)] as const, [before, after]);
  const [path, setPath] = useState<readonly string[]>([]);
  const rows = useMemo(() => differencesAt(at(roots[0], path), at(roots[1], path)), [roots, path]);
  const sizeOf = (item: Item | undefined) => (item === undefined ? '–' : size(item.bytes));
  const columns: readonly Column<Difference>[] = [
    {
      ...{ title: 'Name', isWide: true },
      by: ({ name }) => name,
      cell: ({ name, before: left, after: right }) => {
        const isDirectory = [left, right].some((item) => item?.kind === 'directory');
        return isDirectory ? (
          <button type="button" class="link" onClick={() => setPath([...path, name])}>
            {name}/
          </button>
        ) : (
          name
        );
      },
    },
    {
      ...{ title: nameOf(before), align: 'right' },
      by: (row) => row.before?.bytes ?? 0,
      cell: (row) => sizeOf(row.before),
    },
    {
      ...{ title: nameOf(after), align: 'right' },
      by: (row) => row.after?.bytes ?? 0,
      cell: (row) => sizeOf(row.after),
    },
    {
      ...{ title: 'Change', align: 'right' },
      by: ({ change }) => change,
      cell: ({ change }) => (
        <span class={change > 0 ? 'bad' : undefined}>{signedSize(change)}</span>
      ),
    },
  ];
  return (
    <section class="card" aria-labelledby="differences">
      <div class="section-head">
        <h2 id="differences">Differences</h2>
        <nav aria-label="Path of the differences">
          <ol class="breadcrumb plain">
            {['/', ...path].map((name, depth) => (
              <li key={name}>
                <button type="button" onClick={() => setPath(path.slice(0, depth))}>
                  {name}
                </button>
              </li>
            ))}
          </ol>
        </nav>
      </div>
      <DataTable
        key={path.join('/')}
        caption="Differences"
        columns={columns}
        rows={rows}
        text={({ name }) => name}
      />
    </section>
  );
}

export function nameOf({ report: { image } }: PageImage): string {
  return image.names[0] ?? image.id.slice(0, 19);
}

function finalTree(image: PageImage): Item {
  return rootItem(image, { grouping: 'directory', measure: 'final', layer: undefined });
}

function at(root: Item, path: readonly string[]): Item | undefined {
  let item: Item | undefined = root;
  for (const name of path) item = item?.children().find((child) => child.name === name);
  return item;
}

function differencesAt(before: Item | undefined, after: Item | undefined): readonly Difference[] {
  const byName = (item: Item | undefined) =>
    new Map(
      item
        ?.children()
        .map((child) => [child.kind === 'rest' ? 'smaller files' : child.name, child]),
    );
  const [left, right] = [byName(before), byName(after)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((name) => {
      const [one, other] = [left.get(name), right.get(name)];
      return { name, before: one, after: other, change: (other?.bytes ?? 0) - (one?.bytes ?? 0) };
    })
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.name < b.name ? -1 : 1));
}
