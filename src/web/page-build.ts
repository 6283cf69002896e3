import { basename } from 'node:path';
import type { BuildRecord } from '../records/index.ts';
import type { PageBuild } from './page-data.ts';

/** What the page shows of a build: its steps in the order of the Dockerfile, and which stage needs which. */
export function pageBuild(record: BuildRecord): PageBuild {
  const { steps, stages, images } = record;
  const layerOf = new Map<number, number>();
  for (const { layers } of images.slice(0, 1)) {
    for (const [layer, { step }] of layers.entries()) if (step !== null) layerOf.set(step, layer);
  }
  const edges = new Set<string>();
  for (const { stage, inputs } of steps) {
    for (const input of inputs) {
      const from = input === null ? undefined : steps[input]?.stage;
      if (stage !== null && from !== null && from !== undefined && from !== stage) {
        edges.add(JSON.stringify([from, stage]));
      }
    }
  }
  return {
    // Not the directories of the machine that built it: pages are passed on.
    dockerfile: basename(record.dockerfile),
    started: record.started,
    milliseconds: record.milliseconds,
    steps: steps
      .map(({ name, stage, line, instruction, status, began, milliseconds, bytes }, index) => ({
        ...{ name, stage, line, instruction, status, began, milliseconds, bytes },
        layer: layerOf.get(index) ?? null,
      }))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    stages: stages.map(({ name, bytes, isTarget }) => ({ name, bytes, isTarget })),
    edges: [...edges].map((edge) => JSON.parse(edge) as readonly [string, string]),
  };
}
