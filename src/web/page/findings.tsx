import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageReport } from '../../analysis/index.ts';
import type { PageImage } from '../page-data.ts';
import { type Column, DataTable } from './data-table.tsx';
import { size } from './format.ts';
import { usePrinting } from './theme.ts';

interface Tab {
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly mark: string;
  readonly isBad?: boolean;
  readonly body: () => ComponentChildren;
}

/** What the report found, a tab for each kind. */
export function Findings({ image, position }: { image: PageImage; position: number }) {
  const tabs = tabsOf(image);
  const [chosen, setChosen] = useState(tabs[0]?.id);
  if (usePrinting()) return <Printed tabs={tabs} />;
  const current = tabs.find(({ id }) => id === chosen) ?? tabs[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key];
    if (step === undefined || current === undefined) return;
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length];
    setChosen(next?.id);
    document.getElementById(`tab-${position}-${next?.id}`)?.focus();
    event.preventDefault();
  };
  return (
    <section class="card findings" aria-labelledby={`findings-${position}`}>
      <h2 id={`findings-${position}`}>Findings</h2>
      <div
        class="tabs"
        role="tablist"
        aria-labelledby={`findings-${position}`}
        onKeyDown={onKeyDown}
      >
        {tabs.map(({ id, title, mark, isBad }) => (
          <button
            key={id}
            id={`tab-${position}-${id}`}
            type="button"
            role="tab"
            aria-selected={id === current?.id}
            aria-controls={`finding-${position}`}
            tabIndex={id === current?.id ? 0 : -1}
            onClick={() => setChosen(id)}
          >
            {title} <span class={isBad === true ? 'mark bad' : 'mark'}>{mark}</span>
          </button>
        ))}
      </div>
      <div
        id={`finding-${position}`}
        role="tabpanel"
        aria-labelledby={`tab-${position}-${current?.id}`}
        key={current?.id}
      >
        {current?.body()}
      </div>
    </section>
  );
}

/** All of them, one below the other. */
function Printed({ tabs }: { tabs: readonly Tab[] }) {
  return (
    <section class="card findings" aria-label="Findings">
      <h2>Findings</h2>
      {tabs.map(({ id, title, mark, body }) => (
        <section key={id} aria-label={title}>
          <h3>
            {title} <span class="mark">{mark}</span>
          </h3>
          {body()}
        </section>
      ))}
    </section>
  );
}

function tabsOf({ report, totals }: PageImage): readonly Tab[] {
  const { largest, reclaimable, duplicates, leftovers, packages, secrets, security } = report;
  const leftoverBytes = leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    {
      id: 'largest',
      title: 'Largest files',
      mark: String(largest.files.length),
      body: () => <Largest report={report} />,
    },
    {
      ...{ id: 'reclaimable', title: 'Reclaimable', mark: size(reclaimable.bytes) },
      isBad: reclaimable.bytes > 0,
      body: () => <Reclaimable report={report} total={totals.reclaimable} />,
    },
    {
      ...{ id: 'leftovers', title: 'Leftovers', mark: size(leftoverBytes) },
      body: () => <Leftovers report={report} />,
    },
    {
      ...{ id: 'duplicates', title: 'Duplicates', mark: size(duplicates.bytes) },
      body: () => <Duplicates report={report} total={totals.duplicates} />,
    },
    {
      ...{ id: 'packages', title: 'Packages', mark: totals.packages.toLocaleString('en-US') },
      body: () => <Packages rows={packages} total={totals.packages} />,
    },
    {
      ...{ id: 'secrets', title: 'Secrets', mark: String(secrets.length) },
      isBad: secrets.length > 0,
      body: () => <Secrets report={report} />,
    },
    {
      ...{
        id: 'security',
        title: 'Security',
        mark: security.runsAsRoot ? 'root' : report.image.user,
      },
      body: () => <Security report={report} />,
    },
  ];
}

type Row<K extends 'files'> = ImageReport['largest'][K][number];

function path<T extends { readonly path: string }>(): Column<T> {
  return { title: 'Path', isWide: true, by: (row) => row.path, cell: (row) => row.path };
}

function bytes<T extends { readonly bytes: number }>(): Column<T> {
  return { title: 'Size', align: 'right', by: (row) => row.bytes, cell: (row) => size(row.bytes) };
}

function layer<T extends { readonly layer: number | null }>(): Column<T> {
  return {
    ...{ title: 'Layer', align: 'right' },
    by: (row) => row.layer ?? -1,
    cell: (row) => row.layer ?? '–',
  };
}

function Largest({ report: { largest } }: { report: ImageReport }) {
  return (
    <DataTable<Row<'files'>>
      caption="Largest files"
      columns={[path(), bytes(), layer()]}
      rows={largest.files}
      text={(row) => row.path}
    />
  );
}

const REASONS: Readonly<Record<string, string>> = {
  deleted: 'deleted',
  overwritten: 'overwritten',
  opaque: 'directory replaced',
  metadata: 'only mode, owner or time changed',
};

function Reclaimable({ report: { reclaimable }, total }: { report: ImageReport; total: number }) {
  if (total === 0) return <Nothing>Every byte that is shipped is visible in the end.</Nothing>;
  return (
    <DataTable
      caption="Files that are shipped and hidden by a later layer"
      columns={[
        path(),
        bytes(),
        layer(),
        {
          ...{ title: 'Hidden by', align: 'right' },
          by: (row) => row.hiddenBy,
          cell: (row) => row.hiddenBy,
        },
        {
          title: 'Reason',
          by: (row) => row.reason,
          cell: (row) => REASONS[row.reason] ?? row.reason,
        },
      ]}
      rows={reclaimable.files}
      total={total}
      text={(row) => row.path}
    />
  );
}

function Leftovers({ report: { leftovers } }: { report: ImageReport }) {
  if (leftovers.length === 0) return <Nothing>No leftovers of the build were found.</Nothing>;
  return (
    <DataTable
      caption="What the image hardly needs"
      columns={[
        { title: 'Kind', by: (row) => row.kind, cell: (row) => row.kind },
        bytes(),
        { title: 'Paths', isWide: true, cell: (row) => <Paths paths={row.paths} /> },
      ]}
      rows={leftovers}
      text={(row) => `${row.kind} ${row.paths.join(' ')}`}
    />
  );
}

function Duplicates({ report: { duplicates }, total }: { report: ImageReport; total: number }) {
  if (total === 0) return <Nothing>No two files have the same content.</Nothing>;
  return (
    <DataTable
      caption="Files of the same content"
      columns={[
        { ...bytes<{ readonly bytes: number }>(), title: 'Saved by one copy' },
        {
          ...{ title: 'Copies', align: 'right' },
          by: (row) => row.paths.length,
          cell: (row) => row.paths.length,
        },
        { title: 'Paths', isWide: true, cell: (row) => <Paths paths={row.paths} /> },
      ]}
      rows={duplicates.groups}
      total={total}
      text={(row) => row.paths.join(' ')}
    />
  );
}

interface PackagesProps {
  readonly rows: ImageReport['packages'];
  readonly total: number;
}

function Packages({ rows, total }: PackagesProps) {
  if (total === 0) return <Nothing>No package database was found.</Nothing>;
  return (
    <DataTable
      caption="Packages"
      columns={[
        { title: 'Name', isWide: true, by: (row) => row.name, cell: (row) => row.name },
        { title: 'Version', cell: (row) => row.version },
        { title: 'Type', by: (row) => row.type, cell: (row) => row.type },
        bytes(),
        layer(),
      ]}
      rows={rows}
      total={total}
      text={(row) => `${row.name} ${row.version} ${row.type}`}
    />
  );
}

function Secrets({ report: { secrets } }: { report: ImageReport }) {
  if (secrets.length === 0) return <Nothing>Nothing looks like a secret.</Nothing>;
  return (
    <DataTable
      caption="What looks like a secret"
      columns={[
        { title: 'Kind', by: (row) => row.kind, cell: (row) => row.kind },
        {
          ...{ title: 'Where', isWide: true },
          cell: (row) =>
            row.path ??
            (row.member !== null
              ? `${row.member} ${row.env ?? ''}`
              : row.history !== null
                ? `history entry ${row.history} ${row.env ?? ''}`
                : row.env !== null
                  ? `variable ${row.env}`
                  : `label ${row.label ?? ''}`),
        },
        layer(),
        {
          title: 'In the end',
          cell: (row) =>
            row.visible === null ? '–' : row.visible ? 'visible' : 'hidden, but shipped',
        },
      ]}
      rows={secrets}
      text={(row) => `${row.kind} ${row.path ?? ''} ${row.env ?? ''} ${row.label ?? ''}`}
    />
  );
}

function Security({ report: { security, image } }: { report: ImageReport }) {
  return (
    <dl class="facts">
      <dt>Runs as</dt>
      <dd>{image.user === '' ? 'root (no USER is set)' : image.user}</dd>
      <dt>Shells</dt>
      <dd>
        <Paths paths={security.shells} />
      </dd>
      <dt>Package managers</dt>
      <dd>
        <Paths paths={security.packageManagers} />
      </dd>
      <dt>Setuid and setgid files</dt>
      <dd>
        <Paths paths={security.setuid} />
      </dd>
    </dl>
  );
}

const FEW = 4;

function Paths({ paths }: { paths: readonly string[] }) {
  if (paths.length === 0) return <span class="quiet">none</span>;
  const list = (some: readonly string[]) => (
    <ul class="paths">
      {some.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
  if (paths.length <= FEW) return list(paths);
  return (
    <>
      {list(paths.slice(0, FEW - 1))}
      <details>
        <summary>{paths.length - FEW + 1} more</summary>
        {list(paths.slice(FEW - 1))}
      </details>
    </>
  );
}

function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
