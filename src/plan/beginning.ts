/** What a stage begins with: what its FROM comes to. */
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
      /** As people know it. */
      readonly name: string;
      readonly state: StageState;
    }
  | { readonly kind: 'scratch'; readonly platform: Platform }
  | { readonly kind: 'context'; readonly platform: Platform; readonly root: VertexId }
  | {
      readonly kind: 'image';
      readonly name: string;
      readonly platform: Platform;
      readonly image: BaseImage;
    };

/** What the stage's processes are made for. */
export function platformOf(begun: Beginning): Platform {
  return begun.kind === 'stage' ? begun.state.platform : begun.platform;
}

/**
 * Instructions that ONBUILD has left for whoever begins with it.
 *
 * @param usedBy the FROM that begins with it
 * @throws AppError DOCKERFILE_… in the text of the trigger
 */
export function triggersOf(begun: Beginning, usedBy: SourceUse): readonly ParsedTrigger[] {
  if (begun.kind !== 'image' && begun.kind !== 'stage') return [];
  const { config } = begun.kind === 'image' ? begun.image.config : begun.state;
  const file = `ONBUILD trigger of ${begun.kind === 'image' ? begun.name : `stage ${begun.name}`}`;
  return (config?.OnBuild ?? []).map((text) => parseTrigger(text, { file, usedBy }));
}

/** FROM compares names as written with names in lower case: `FROM Build` is an image, `FROM build` the stage. */
export function findParent(
  stages: readonly StageSource[],
  name: string,
  before: number,
): StageSource | undefined {
  return name === name.toLowerCase() ? findStage(stages, name, before) : undefined;
}
