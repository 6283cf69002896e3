/** The base of a stage: the result of its FROM. */
import {
  findStage,
  type ParsedTrigger,
  parseTrigger,
  type StageSource,
} from '../dockerfile/index.ts';
import type { SourceUse } from '../errors.ts';
import type { VertexId } from '../graph/index.ts';
import type { Platform } from '../oci/index.ts';
import type { BaseImage } from './plan.ts';
import type { StageState } from './stage-state.ts';

export type Beginning =
  | {
      readonly kind: 'stage';
      /** Its name for people. */
      readonly name: string;
      readonly state: StageState;
    }
  | { readonly kind: 'scratch'; readonly platform: Platform }
  | {
      readonly kind: 'context';
      readonly name: string;
      readonly platform: Platform;
      readonly root: VertexId;
    }
  | {
      readonly kind: 'image';
      readonly name: string;
      readonly platform: Platform;
      readonly image: BaseImage;
    };

/** The platform of the stage's processes. */
export function platformOf(begun: Beginning): Platform {
  return begun.kind === 'stage' ? begun.state.platform : begun.platform;
}

/**
 * ONBUILD instructions of the base.
 *
 * @param usedBy the FROM that uses the base
 * @throws AppError DOCKERFILE_… in the text of the trigger
 */
export function triggersOf(begun: Beginning, usedBy: SourceUse): readonly ParsedTrigger[] {
  if (begun.kind !== 'image' && begun.kind !== 'stage') return [];
  const { config } = begun.kind === 'image' ? begun.image.config : begun.state;
  const file = `ONBUILD trigger of ${begun.kind === 'image' ? begun.name : `stage ${begun.name}`}`;
  return (config?.OnBuild ?? []).map((text) => parseTrigger(text, { file, usedBy }));
}

/** FROM compares names as written with lower-case names: `FROM Build` is an image, `FROM build` the stage. */
export function findParent(
  stages: readonly StageSource[],
  name: string,
  before: number,
): StageSource | undefined {
  return name === name.toLowerCase() ? findStage(stages, name, before) : undefined;
}
