/** An image held against limits. */
import type { ImageCheck } from '../analysis/index.ts';
import type { CheckImageOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { allowedBase } from './allowed-base.ts';
import { scannedReport } from './report.ts';
import { secretForms } from './secret-forms.ts';
import { withImage } from './with-image.ts';

export function checkImage(
  context: LaminaContext,
  options: CheckImageOptions,
): Promise<ImageCheck> {
  const { limits = {}, signal } = options;
  return withImage(context, options, async (opened) => {
    const { checkReport, compressedSize, securityLayers } = await import('../analysis/index.ts');
    const secrets = await secretForms(options, context.env);
    const scan = { secrets, signal, onLayer: options.onLayer };
    const { report: found, scanned } = await scannedReport(opened, scan);
    const hasLimit = limits.maxCompressed !== undefined;
    const compressed = hasLimit
      ? await compressedSize(opened.image, found, signal)
      : found.size.compressed;
    const report = { ...found, size: { ...found.size, compressed } };
    const base = await allowedBase(context, options, { image: opened.image, report });
    const layers = securityLayers(scanned.model);
    return checkReport(limits, { report, base, secrets, layerOf: (path) => layers.get(path) });
  });
}
