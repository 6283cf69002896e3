import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ScrollPane } from './scroll-pane.tsx';
import { usePrinting } from './theme.ts';

export interface Column<T> {
  readonly title: string;
  readonly align?: 'right';
  readonly cell: (row: T) => ComponentChildren;
  /** What the column is sorted by; a column without it is not. */
  readonly by?: (row: T) => number | string;
  readonly isWide?: boolean;
}

export interface DataTableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  /** What the filter looks in; undefined: no filter. */
  readonly text?: (row: T) => string;
  /** Rows that there are in all, when some were left out. */
  readonly total?: number;
  readonly rowClass?: (row: T) => string | undefined;
}

const STEP = 50;
/** Rows of each table on paper. */
const PRINTED = 25;

interface Order {
  readonly column: number;
  readonly isDown: boolean;
}

/** Rows that can be filtered and sorted, some at a time. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { caption, columns, rows, text, total = rows.length, rowClass } = props;
  const [query, setQuery] = useState('');
  const [order, setOrder] = useState<Order>();
  const [wanted, setShown] = useState(STEP);
  const shown = usePrinting() ? PRINTED : wanted;
  const found = useMemo(() => {
    const wanted = query.toLowerCase();
    return wanted === '' || text === undefined
      ? rows
      : rows.filter((row) => text(row).toLowerCase().includes(wanted));
  }, [rows, query]);
  const sorted = useMemo(() => inOrder(found, columns, order), [found, order]);
  const hidden = sorted.length - shown;
  return (
    <div class="data">
      {text !== undefined && rows.length > 8 && (
        <div class="filter">
          <input
            type="search"
            placeholder="Filter"
            aria-label={`Filter: ${caption}`}
            value={query}
            onInput={(event: Event) => setQuery((event.currentTarget as HTMLInputElement).value)}
          />
          <span aria-live="polite">
            {found.length.toLocaleString('en-US')} of {total.toLocaleString('en-US')}
          </span>
        </div>
      )}
      <ScrollPane label={caption}>
        <table>
          <caption class="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <Heading
                  key={column.title}
                  column={column}
                  order={order?.column === index ? order : undefined}
                  onSort={() => setOrder({ column: index, isDown: nextDown(order, index, column) })}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row, index) => (
              <tr key={index} class={rowClass?.(row)}>
                {columns.map((column) => (
                  <td key={column.title} class={classOf(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollPane>
      {rows.length === 0 && <p class="nothing">Nothing here.</p>}
      {rows.length > 0 && found.length === 0 && <p class="nothing">Nothing matches the filter.</p>}
      {hidden > 0 && (
        <p class="note printed">
          The first {shown} of {sorted.length.toLocaleString('en-US')}.
        </p>
      )}
      {hidden > 0 && (
        <button type="button" class="more" onClick={() => setShown(shown + STEP * 4)}>
          Show {Math.min(hidden, STEP * 4).toLocaleString('en-US')} more
        </button>
      )}
      {total > rows.length && (
        <p class="note">
          The {rows.length.toLocaleString('en-US')} largest of {total.toLocaleString('en-US')} are
          here; lamina report --format json has all.
        </p>
      )}
    </div>
  );
}

interface HeadingProps<T> {
  readonly column: Column<T>;
  readonly order: Order | undefined;
  readonly onSort: () => void;
}

function Heading<T>({ column, order, onSort }: HeadingProps<T>) {
  const sorted = order === undefined ? 'none' : order.isDown ? 'descending' : 'ascending';
  if (column.by === undefined) {
    return (
      <th scope="col" class={classOf(column)}>
        {column.title}
      </th>
    );
  }
  return (
    <th scope="col" class={classOf(column)} aria-sort={sorted}>
      <button type="button" class="sort" onClick={onSort}>
        {column.title}
        <span aria-hidden="true">{order === undefined ? '' : order.isDown ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}

function classOf<T>({ align, isWide }: Column<T>): string | undefined {
  const names = [align === 'right' ? 'number' : '', isWide === true ? 'wide' : ''];
  return names.join(' ').trim() || undefined;
}

/** Numbers begin with the largest, words with the first. */
function nextDown<T>(order: Order | undefined, column: number, { align }: Column<T>): boolean {
  return order?.column === column ? !order.isDown : align === 'right';
}

function inOrder<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | undefined) {
  const by = order === undefined ? undefined : columns[order.column]?.by;
  if (order === undefined || by === undefined) return rows;
  const sign = order.isDown ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return left === right ? 0 : left < right ? -sign : sign;
  });
}
