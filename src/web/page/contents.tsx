import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PageImage } from '../page-data.ts';
import { Choice } from './choice.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { share, size } from './format.ts';
import { type Cut, cutItem, type Grouping, type Item, pathOf, rootItem } from './items.ts';
import { loadCut } from './load-data.ts';
import { namesOf, SizeMap } from './map.tsx';
import type { MapKind } from './map-layout.ts';
import { layerColours } from './palette.ts';
import { Preview } from './preview.tsx';
import type { Theme } from './theme.ts';
import type { Measure } from './tree-sums.ts';

export interface ContentsProps {
  readonly image: PageImage;
  /** Which of the images it is, for asking for a file. */
  readonly position: number;
  readonly isServed: boolean;
  readonly theme: Theme;
  readonly layer: number | undefined;
  readonly onLayer: (layer: number | undefined) => void;
}

const MEASURES: readonly (readonly [Measure, string])[] = [
  ['final', 'Final image'],
  ['shipped', 'All that is shipped'],
  ['hidden', 'Reclaimable'],
];
const KINDS: readonly (readonly [MapKind, string])[] = [
  ['treemap', 'Treemap'],
  ['sunburst', 'Sunburst'],
];

/** What is in the image: a map, and a table of the same. */
export function Contents({ image, position, isServed, theme, layer, onLayer }: ContentsProps) {
  const { report } = image;
  const [kind, setKind] = useState<MapKind>('treemap');
  const [grouping, setGrouping] = useState<Grouping>('directory');
  const [measure, setMeasure] = useState<Measure>('final');
  const [open, setOpen] = useState<Item>();
  const [file, setFile] = useState<Item>();
  /** What was asked for last: answers for something else come too late. */
  const wanted = useRef<Item | undefined>(undefined);
  const [problem, setProblem] = useState<string>();
  const root = useMemo(
    () => rootItem(image, { grouping, measure, layer }),
    [image, grouping, measure, layer],
  );
  useEffect(() => {
    wanted.current = undefined;
    setOpen(undefined);
    setFile(undefined);
  }, [root]);
  const item = open !== undefined && pathOf(open)[0] === root ? open : root;
  const groupings: readonly (readonly [Grouping, string])[] = [
    ['directory', 'Directory'],
    ['layer', 'Layer'],
    ...(report.layers.some(({ stage }) => stage !== null) ? [['stage', 'Stage'] as const] : []),
    ...(report.packages.length > 0 ? [['package', 'Package'] as const] : []),
  ];
  const show = (next: Item) => {
    wanted.current = next;
    setProblem(undefined);
    if (next.children().length > 0) setOpen(next);
    else if (isServed && next.more !== undefined) load(next, next.more);
    else if (isServed && next.kind === 'file' && next.id !== undefined) setFile(next);
  };
  const load = (rest: Item, cut: Cut) => {
    loadCut(position, cut).then(
      (tree) => {
        if (wanted.current !== rest) return;
        setOpen(cutItem(tree, rest, cut, { grouping, measure, layer }));
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <section class="card" aria-labelledby={`contents-${position}`}>
      <div class="section-head">
        <h2 id={`contents-${position}`}>Contents</h2>
        <div class="tools">
          <Choice label="View" options={KINDS} value={kind} onChange={setKind} />
          <Choice label="Group by" options={groupings} value={grouping} onChange={setGrouping} />
          {grouping !== 'package' && (
            <Choice label="Count" options={MEASURES} value={measure} onChange={setMeasure} />
          )}
        </div>
      </div>
      <div class="path-line">
        <Breadcrumb item={item} onOpen={show} />
        {layer !== undefined && (
          <button type="button" class="chip" onClick={() => onLayer(undefined)}>
            Only layer {layer} <span aria-hidden="true">×</span>
            <span class="visually-hidden">: show all layers</span>
          </button>
        )}
      </div>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="contents">
        <SizeMap
          kind={kind}
          item={item}
          layers={report.layers.length}
          theme={theme}
          onOpen={show}
          onUp={() => show(item.parent ?? root)}
        />
        <Listing
          item={item}
          layers={report.layers.length}
          theme={theme}
          isServed={isServed}
          onOpen={show}
        />
      </div>
      {report.layers.length > 0 && <Legend layers={report.layers.length} theme={theme} />}
      {file !== undefined && (
        <Preview
          image={position}
          node={file.id ?? 0}
          file={file}
          onClose={() => setFile(undefined)}
        />
      )}
    </section>
  );
}

function Breadcrumb({ item, onOpen }: { item: Item; onOpen: (item: Item) => void }) {
  const path = pathOf(item);
  return (
    <nav aria-label="Path">
      <ol class="breadcrumb">
        {path.map((one, depth) => (
          <li key={depth}>
            {one === item ? (
              <span aria-current="location">{one.name}</span>
            ) : (
              <button type="button" onClick={() => onOpen(one)}>
                {one.name}
              </button>
            )}
          </li>
        ))}
        <li class="quiet">{size(item.bytes)}</li>
      </ol>
    </nav>
  );
}

interface ListingProps {
  readonly item: Item;
  readonly layers: number;
  readonly theme: Theme;
  readonly isServed: boolean;
  readonly onOpen: (item: Item) => void;
}

function Listing({ item, layers, theme, isServed, onOpen }: ListingProps) {
  const colours = useMemo(() => layerColours(layers, theme === 'dark'), [layers, theme]);
  const rows = item.children();
  const columns: readonly Column<Item>[] = [
    {
      title: 'Name',
      isWide: true,
      by: ({ name }) => name,
      cell: (row) => {
        const isAsked = row.id !== undefined || row.more !== undefined;
        const isOpen = row.children().length > 0 || (isServed && isAsked);
        const name = row.kind === 'directory' ? `${row.name}/` : row.name;
        return isOpen ? (
          <button type="button" class="link" onClick={() => onOpen(row)}>
            {name}
          </button>
        ) : (
          name
        );
      },
    },
    { title: 'Size', align: 'right', by: ({ bytes }) => bytes, cell: ({ bytes }) => size(bytes) },
    {
      title: 'Share',
      align: 'right',
      cell: (row) => (
        <span class="share">
          <span
            aria-hidden="true"
            style={{ width: `${(row.bytes / Math.max(1, item.bytes)) * 100}%` }}
          />
          {share(row.bytes, item.bytes)}
        </span>
      ),
    },
    {
      title: 'Layer',
      align: 'right',
      by: ({ layer }) => layer ?? -1,
      cell: ({ layer }) =>
        layer === undefined ? (
          '–'
        ) : (
          <span class="swatch" style={{ '--layer': colours[layer]?.fill ?? '' }}>
            {layer}
          </span>
        ),
    },
  ];
  return (
    <div class="listing">
      <DataTable
        key={namesOf(item)}
        caption={`Contents of ${namesOf(item)}`}
        columns={columns}
        rows={rows}
        text={({ name }) => name}
      />
    </div>
  );
}

function Legend({ layers, theme }: { layers: number; theme: Theme }) {
  const colours = layerColours(layers, theme === 'dark').map(({ fill }) => fill);
  const ramp = colours.length === 1 ? [...colours, ...colours] : colours;
  return (
    <p class="legend">
      <span>Layer 0</span>
      <span
        class="ramp"
        aria-hidden="true"
        style={{ backgroundImage: `linear-gradient(90deg, ${ramp.join(', ')})` }}
      />
      <span>{layers - 1}</span>
      <span class="hatched" aria-hidden="true" />
      <span>hidden in the final image</span>
    </p>
  );
}
