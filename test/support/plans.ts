/** Plans of small Dockerfiles, in which only the image `base` exists. */
import { parseDockerfile, parseInstructions } from '../../src/dockerfile/index.ts';
import { AppError } from '../../src/errors.ts';
import type { ContainerConfig, Digest, ImageConfig } from '../../src/oci/index.ts';
import type { BuildPlan } from '../../src/plan/plan.ts';
import { planBuild } from '../../src/plan/planner.ts';
import type { PlanOptions } from '../../src/plan/stage-plan.ts';

export const AMD64 = { os: 'linux', architecture: 'amd64' };

export interface PlanSettings extends Partial<PlanOptions> {
  readonly args?: Readonly<Record<string, string>>;
  /** Config of the image `base`; no other image exists. */
  readonly base?: ContainerConfig;
}

export function plan(
  text: string,
  { args = {}, base = {}, ...options }: PlanSettings = {},
): Promise<BuildPlan> {
  const tree = parseDockerfile(text, { file: 'Dockerfile' });
  const { instructions } = parseInstructions(tree);
  const config: ImageConfig = {
    ...AMD64,
    config: base,
    rootfs: { type: 'layers', diff_ids: [] },
  };
  return planBuild({
    tree,
    instructions,
    buildArgs: new Map(Object.entries(args)),
    labels: {},
    platform: AMD64,
    buildPlatform: AMD64,
    noCache: false,
    noCacheFilter: [],
    network: 'host',
    extraHosts: [],
    shmSize: undefined,
    ulimits: [],
    resolveImage: async (name) => {
      if (name === 'base') return { name, id: 'sha256:base' as Digest, config };
      throw new AppError('IMAGE_NOT_FOUND', `no image ${name}`, { hint: 'load it' });
    },
    ...options,
  });
}
