import { basename } from 'node:path';
import { withoutSecrets } from '../analysis/index.ts';
import { type BuildRecord, stageGraph } from '../records/index.ts';
import type { PageBuild } from './page-data.ts';

export interface KnownBuild {
  readonly record: BuildRecord;
  /** When each step was last carried out, in milliseconds. */
  readonly lastTimes: readonly (number | null)[];
}

/** What the page shows of a build: its steps, when they ran, and which stage needs which. */
export function pageBuild({ record, lastTimes }: KnownBuild): PageBuild {
  const { started, milliseconds, steps, stages, work } = record;
  const graph = stageGraph(record);
  const critical = new Set(graph.criticalSteps);
  const targets = new Set(stages.flatMap(({ name, isTarget }) => (isTarget ? name : [])));
  return {
    // Not the directories of the machine that built it: pages are passed on.
    dockerfile: basename(record.dockerfile),
    ...{ started, milliseconds, work },
    steps: steps.map((step, index) => {
      const { name, kind, stage, line, instruction, status, began, bytes } = step;
      return {
        ...{ name: withoutSecrets(name), kind, stage, line, status, began, bytes },
        instruction: instruction === null ? null : withoutSecrets(instruction),
        milliseconds: step.milliseconds,
        lastMilliseconds: lastTimes[index] ?? null,
        isCritical: critical.has(index),
      };
    }),
    stages: graph.nodes.map((node) => ({ ...node, isTarget: targets.has(node.name) })),
    edges: graph.edges,
    criticalMilliseconds: graph.criticalMilliseconds,
  };
}
