/** The stages of a Dockerfile as build targets. */
import type { SourceRange } from '../errors.ts';
import type { Survey } from '../lint/index.ts';

/** A stage as a build target. */
export interface BuildTarget {
  /** Undefined for a stage without a name, which can be selected by its index, or as the last stage. */
  readonly name: string | undefined;
  /** Built by default, without --target. */
  readonly isDefault: boolean;
  readonly description: string | undefined;
  /** The base image or stage, as written. */
  readonly base: string;
  /** The base with variables expanded. */
  readonly resolvedBase: string;
  /** The platform of its FROM, as written. */
  readonly platform: string | undefined;
  readonly range: SourceRange;
}

export function targetsOf({ stages }: Survey): readonly BuildTarget[] {
  return stages.map(({ index, from, base }) => ({
    name: from.stage,
    isDefault: index === stages.length - 1,
    description: from.description,
    base: from.image.text,
    resolvedBase: base.name ?? from.image.text,
    platform: from.platform?.text === '' ? undefined : from.platform?.text,
    range: from.node.range,
  }));
}
