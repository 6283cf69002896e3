/** The stages that one image of a build needed. */
import type { BuildRecord, RecordedImage, RecordedStage } from './types.ts';

/**
 * @param image undefined: whichever the build made
 * @returns with their names in the Dockerfile; undefined where a build for several platforms does not say which image needed which stage
 */
export function stagesOfImage(
  { stages, images }: BuildRecord,
  image: RecordedImage | undefined,
): readonly RecordedStage[] | undefined {
  if (images.length < 2) return stages;
  if (stages.some(({ usedBy }) => usedBy === undefined)) return undefined;
  return stages.flatMap(({ usedBy, ...stage }) => {
    if (usedBy === undefined) return [];
    const isUsed = image === undefined || usedBy.platforms.includes(image.platform);
    return isUsed ? { ...stage, name: usedBy.stage } : [];
  });
}
