/** What is in an image, wherever it is. */
import type { ImageReport } from '../analysis/index.ts';
import type { ReportImageOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { type OpenedImage, withImage } from './open-image.ts';

export function reportImage(
  context: LaminaContext,
  options: ReportImageOptions,
): Promise<ImageReport> {
  return withImage(context, options, (opened) => reportOn(opened, options));
}

/** @throws the signal's reason */
export async function reportOn(
  { image, names, stored }: OpenedImage,
  { signal, onLayer }: Pick<ReportImageOptions, 'signal' | 'onLayer'> = {},
): Promise<ImageReport> {
  const { makeReport, scanImage, storedLayers } = await import('../analysis/index.ts');
  const layers = stored && storedLayers(stored.store, stored.record);
  const scanned = await scanImage(image, { stored: layers, signal, onLayer });
  return makeReport(image, scanned, { names });
}
