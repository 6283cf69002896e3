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
  // A build for several platforms has a node for each: `stage (linux/arm64)`.
  const targets = new Set(
    stages
      .filter(({ isTarget }) => isTarget)
      .flatMap(({ name }) => [
        name,
        ...record.platforms.map((platform) => `${name} (${platform})`),
      ]),
  );
  return {
    dockerfile: dockerfileName(record.dockerfile),
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

/** Without directories of the machine that built it: pages are passed on. */
function dockerfileName(recorded: string): string {
  // One that was not a file is named with its context: `Dockerfile of https://…`.
  const [name = ''] = recorded.startsWith('/') ? [recorded] : recorded.split(' of ');
  return basename(name);
}
