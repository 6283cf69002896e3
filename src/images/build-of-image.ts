import type { ReportImageOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { type BuildRecord, recordOfImage } from '../records/index.ts';
import { withImage } from './open-image.ts';

/** The record of the newest build that made the image; undefined where none is known here. */
export function buildOfImage(
  context: LaminaContext,
  options: ReportImageOptions,
): Promise<BuildRecord | undefined> {
  return withImage(context, options, async ({ stored }) =>
    stored === undefined ? undefined : recordOfImage(stored.store, stored.record.id),
  );
}
