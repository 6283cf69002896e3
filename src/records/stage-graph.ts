/** The stages of a build with their times, what they need of each other, and which of them the build had to wait for. */
import { type BuildRecord, isInDockerfile } from './types.ts';

export interface StageNode {
  readonly name: string;
  /** Of its steps together. */
  readonly milliseconds: number;
  readonly bytes: number | null;
  readonly steps: number;
  readonly cached: number;
  readonly isCritical: boolean;
}

export interface StageEdge {
  readonly from: string;
  readonly to: string;
  /** `FROM`, `COPY`, `mount`. */
  readonly label: string;
  readonly isCritical: boolean;
}

export interface StageGraph {
  /** In the order of the Dockerfile. */
  readonly nodes: readonly StageNode[];
  readonly edges: readonly StageEdge[];
  /** Names of the steps that the build had to wait for, one after the other. */
  readonly criticalPath: readonly string[];
  /** Their indexes in the record, also of those that took no time. */
  readonly criticalSteps: readonly number[];
  readonly criticalMilliseconds: number;
}

export function stageGraph(record: BuildRecord): StageGraph {
  const { steps } = record;
  const critical = criticalSteps(record);
  const names = [...new Set(steps.flatMap(({ stage }) => stage ?? []))];
  const nodes = names.map((name): StageNode => {
    const own = steps.filter((step) => step.stage === name && isInDockerfile(step));
    return {
      name,
      milliseconds: own.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      bytes: record.stages.find((stage) => stage.name === name)?.bytes ?? null,
      steps: own.length,
      cached: own.filter(({ status }) => status === 'cached').length,
      isCritical: own.some((step) => critical.includes(steps.indexOf(step))),
    };
  });
  const edges = new Map<string, StageEdge>();
  steps.forEach((step, index) => {
    step.inputs.forEach((input, position) => {
      const source = input === null ? undefined : steps[input];
      const [from, to] = [source?.stage, step.stage];
      if (!from || !to || from === to || input === null) return;
      const label = position === 0 ? 'FROM' : step.kind === 'exec' ? 'mount' : 'COPY';
      const isCritical = critical.includes(index) && critical.includes(input);
      const key = JSON.stringify([from, to, label]);
      const known = edges.get(key);
      edges.set(key, { from, to, label, isCritical: isCritical || known?.isCritical === true });
    });
  });
  return {
    nodes,
    edges: [...edges.values()],
    criticalPath: critical.flatMap((index) =>
      (steps[index]?.milliseconds ?? 0) > 0 ? (steps[index]?.name ?? []) : [],
    ),
    criticalSteps: critical,
    criticalMilliseconds: critical.reduce(
      (sum, index) => sum + (steps[index]?.milliseconds ?? 0),
      0,
    ),
  };
}

/** Indexes of the steps on the longest way through the graph, first ones first. */
function criticalSteps({ steps }: BuildRecord): readonly number[] {
  const lengths = new Map<number, number>();
  const before = new Map<number, number>();
  const pending = steps.map((_, index) => index);
  // Inputs come before their users on most lines of most Dockerfiles; what does not is taken again.
  for (let rounds = 0; rounds <= steps.length && pending.length > 0; rounds++) {
    for (const index of pending.splice(0)) {
      const step = steps[index];
      const inputs = (step?.inputs ?? []).filter((input) => input !== null);
      if (inputs.some((input) => !lengths.has(input))) {
        pending.push(index);
        continue;
      }
      const longest = inputs.reduce<number | undefined>(
        (best, input) =>
          best === undefined || (lengths.get(input) ?? 0) > (lengths.get(best) ?? 0) ? input : best,
        undefined,
      );
      if (longest !== undefined) before.set(index, longest);
      lengths.set(index, (lengths.get(longest ?? -1) ?? 0) + (step?.milliseconds ?? 0));
    }
  }
  let last: number | undefined;
  for (const [index, length] of lengths) {
    if (last === undefined || length > (lengths.get(last) ?? 0)) last = index;
  }
  const path: number[] = [];
  for (let at = last; at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}
