import type { PageBuild } from '../page-data.ts';
import { size } from './format.ts';

const WIDTH = 168;
const HEIGHT = 46;
const [ACROSS, DOWN] = [WIDTH + 60, HEIGHT + 16];

interface Placed {
  readonly name: string;
  readonly bytes: number | null;
  readonly isTarget: boolean;
  readonly x: number;
  readonly y: number;
}

/** Stages from the left to the right, each after those it takes from. */
export function StageGraph({ stages, edges }: Pick<PageBuild, 'stages' | 'edges'>) {
  const placed = place(stages, edges);
  const byName = new Map(placed.map((one) => [one.name, one]));
  const width = Math.max(...placed.map(({ x }) => x)) + WIDTH + 2;
  const height = Math.max(...placed.map(({ y }) => y)) + HEIGHT + 18;
  const spoken = edges.map(([from, to]) => `${to} takes from ${from}`).join('; ');
  return (
    <div class="stage-graph">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Stages: ${spoken}`}
      >
        {edges.map(([from, to]) => {
          const [start, end] = [byName.get(from), byName.get(to)];
          if (start === undefined || end === undefined) return null;
          const [x1, y1] = [start.x + WIDTH, start.y + HEIGHT / 2];
          const [x2, y2] = [end.x, end.y + HEIGHT / 2];
          const middle = (x1 + x2) / 2;
          // An edge past other stages goes below them.
          const bow = end.x - start.x > ACROSS ? HEIGHT : 0;
          return (
            <path
              key={`${from} ${to}`}
              class="edge"
              d={`M${x1} ${y1}C${middle} ${y1 + bow} ${middle} ${y2 + bow} ${x2} ${y2}`}
            />
          );
        })}
        {placed.map(({ name, bytes, isTarget, x, y }) => (
          <g
            key={name}
            transform={`translate(${x} ${y})`}
            class={isTarget ? 'stage target' : 'stage'}
          >
            <rect x="1" y="1" width={WIDTH} height={HEIGHT} rx="7" />
            <text x="12" y="20" class="stage-name">
              {name.length > 20 ? `${name.slice(0, 19)}…` : name}
            </text>
            <text x="12" y="36">
              {bytes === null ? 'size not known' : size(bytes)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function place(stages: PageBuild['stages'], edges: PageBuild['edges']): readonly Placed[] {
  const columns = new Map(stages.map(({ name }) => [name, 0]));
  // A stage takes only from earlier ones: as many rounds as there are stages are enough.
  for (let round = 0; round < stages.length; round++) {
    for (const [from, to] of edges) {
      const after = (columns.get(from) ?? 0) + 1;
      if (after <= stages.length && after > (columns.get(to) ?? 0)) columns.set(to, after);
    }
  }
  const rows = new Map<number, number>();
  return stages.map(({ name, bytes, isTarget }) => {
    const column = columns.get(name) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    return { name, bytes, isTarget, x: column * ACROSS, y: row * DOWN };
  });
}
