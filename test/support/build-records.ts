/** Records of builds that never were. */
import type { BuildRecord, RecordedStep } from '../../src/records/index.ts';

export function recordOf(
  steps: readonly RecordedStep[],
  parts: Partial<BuildRecord> = {},
): BuildRecord {
  return {
    ...{ version: 1, id: 'a', started: 1_700_000_000_000, milliseconds: 100 },
    ...{ outcome: 'succeeded', error: null, dockerfile: '/Dockerfile', dockerfileText: null },
    ...{ context: '.', target: '', platforms: ['linux/amd64'], names: [], ignore: null },
    ...{ cacheFrom: [], steps, variables: [], stages: [], images: [], work: [] },
    ...parts,
  };
}

/** A RUN that ran, in a stage. */
export function stepOf(stage: string, parts: Partial<RecordedStep> = {}): RecordedStep {
  return {
    ...{ name: `[${stage}] RUN true`, kind: 'exec', stage, line: 1, instruction: 'RUN true' },
    ...{ status: 'ran', began: 0, milliseconds: 10, bytes: 0, layer: null, inputs: [null] },
    ...{ platform: 'linux/amd64', forced: null, key: null, outputKey: null },
    ...{ parameters: {}, variables: null, content: [] },
    ...parts,
  };
}
