import type { PageBuild, PageStage } from '../page-data.ts';
import { count, duration, size } from './format.ts';
import { ScrollPane } from './scroll-pane.tsx';

const WIDTH = 176;
const HEIGHT = 62;
const [ACROSS, DOWN] = [WIDTH + 72, HEIGHT + 18];

interface Placed {
  readonly stage: PageStage;
  readonly x: number;
  readonly y: number;
}

interface StageGraphProps extends Pick<PageBuild, 'stages' | 'edges'> {
  readonly position: number;
}

/** Stages from the left to the right, each after those it takes from. */
export function StageGraph({ stages, edges, position }: StageGraphProps) {
  const placed = place(stages, edges);
  const byName = new Map(placed.map((one) => [one.stage.name, one]));
  const width = Math.max(...placed.map(({ x }) => x)) + WIDTH + 2;
  const height = Math.max(...placed.map(({ y }) => y)) + HEIGHT + 18;
  const spoken = [
    ...stages.map((stage) => `${stage.name}: ${factsOf(stage).join(', ')}`),
    ...edges.map(({ from, to, label }) => `${to} takes from ${from} (${label})`),
  ];
  // The critical ones above the others.
  const inOrder = [...edges].sort((a, b) => Number(a.isCritical) - Number(b.isCritical));
  // Both images of a comparison have their own.
  const marker = (kind: string) => `arrow-${kind}-${position}`;
  return (
    <ScrollPane class="stage-graph" label="Stages">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Stages. ${spoken.join('; ')}`}
      >
        <defs>
          {['edge', 'critical'].map((kind) => (
            <marker
              key={kind}
              id={marker(kind)}
              class={`arrow ${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8Z" />
            </marker>
          ))}
        </defs>
        {inOrder.map(({ from, to, label, isCritical }) => {
          const [start, end] = [byName.get(from), byName.get(to)];
          if (start === undefined || end === undefined) return null;
          const [x1, y1] = [start.x + WIDTH, start.y + HEIGHT / 2];
          const [x2, y2] = [end.x, end.y + HEIGHT / 2];
          const middle = (x1 + x2) / 2;
          // An edge past other stages goes below them.
          const bow = x2 - x1 > ACROSS ? HEIGHT : 0;
          return (
            <path
              key={`${from} ${to} ${label}`}
              class={isCritical ? 'edge critical' : 'edge'}
              marker-end={`url(#${marker(isCritical ? 'critical' : 'edge')})`}
              d={`M${x1} ${y1}C${middle} ${y1 + bow} ${middle} ${y2 + bow} ${x2} ${y2}`}
            />
          );
        })}
        {placed.map(({ stage, x, y }) => (
          <g key={stage.name} transform={`translate(${x} ${y})`} class={classOf(stage)}>
            <title>{`${stage.name}: ${factsOf(stage).join(', ')}`}</title>
            <rect x="1" y="1" width={WIDTH - 2} height={HEIGHT - 2} rx="8" />
            <text x="12" y="21" class="stage-name">
              {stage.name.length > 20 ? `${stage.name.slice(0, 19)}…` : stage.name}
            </text>
            <text x="12" y="38">
              {stage.bytes === null ? 'size not known' : size(stage.bytes)}
              {stage.milliseconds > 0 && ` · ${duration(stage.milliseconds)}`}
            </text>
            <text x="12" y="53">
              {cacheOf(stage)}
            </text>
          </g>
        ))}
      </svg>
    </ScrollPane>
  );
}

function classOf({ isTarget, isCritical }: PageStage): string {
  return ['stage', isTarget ? 'target' : '', isCritical ? 'critical' : ''].join(' ').trim();
}

function cacheOf({ steps, cached }: PageStage): string {
  if (steps === 0) return 'no steps';
  return cached === steps ? 'all cached' : `${cached} of ${count(steps, 'step')} cached`;
}

function factsOf(stage: PageStage): readonly string[] {
  return [
    stage.bytes === null ? 'size not known' : size(stage.bytes),
    duration(stage.milliseconds),
    cacheOf(stage),
    ...(stage.isTarget ? ['the target'] : []),
    ...(stage.isCritical ? ['on the critical path'] : []),
  ];
}

function place(stages: PageBuild['stages'], edges: PageBuild['edges']): readonly Placed[] {
  const columns = new Map(stages.map(({ name }) => [name, 0]));
  // A stage takes only from earlier ones: as many rounds as there are stages are enough.
  for (let round = 0; round < stages.length; round++) {
    for (const { from, to } of edges) {
      const after = (columns.get(from) ?? 0) + 1;
      if (after <= stages.length && after > (columns.get(to) ?? 0)) columns.set(to, after);
    }
  }
  const rows = new Map<number, number>();
  return stages.map((stage) => {
    const column = columns.get(stage.name) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    return { stage, x: column * ACROSS, y: row * DOWN };
  });
}
