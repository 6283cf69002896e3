/** The stages that can be built. */
import type { SourceRange } from '../errors.ts';
import type { Survey } from '../lint/index.ts';

/** A stage that can be built. */
export interface BuildTarget {
  /** Undefined for a stage without a name, which only an index or its being the last can choose. */
  readonly name: string | undefined;
  /** Built when no target is named. */
  readonly isDefault: boolean;
  readonly description: string | undefined;
  /** The image or stage it begins with, as written. */
  readonly base: string;
  /** The same with variables replaced. */
  readonly resolvedBase: string;
  /** What its FROM asks for, as written. */
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
