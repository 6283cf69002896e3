/** Reports what is in an image of any transport. */
import type { ImageReport, ScanImageOptions, ScannedImage } from '../analysis/index.ts';
import type { ReportImageOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { baseInStore, sharedLayers } from './base-image.ts';
import { knownBuild } from './known-build.ts';
import { lintFindings } from './lint-findings.ts';
import { type FoundImage, withImage } from './with-image.ts';

export async function reportImage(
  context: LaminaContext,
  options: ReportImageOptions,
): Promise<ImageReport> {
  const { against, base, ...common } = options;
  const report = await withImage(context, options, async (opened) => {
    const named = base === undefined ? undefined : await namedBase(context, options, opened);
    const found = await reportOn(opened, options, named);
    return { ...found, findings: await lintFindings(context, opened, found.layers) };
  });
  if (against === undefined) return report;
  const { compareReports } = await import('../analysis/index.ts');
  const other = await reportImage(context, { ...common, image: against });
  return { ...report, against: compareReports(other, report) };
}

type Base = ReturnType<typeof baseInStore>;

/**
 * @param base undefined: what the store knows
 * @throws the signal's reason
 */
export async function reportOn(
  opened: FoundImage,
  options: ReportOnOptions = {},
  base: Base = baseInStore(opened),
): Promise<ImageReport> {
  return (await scannedReport(opened, options, base)).report;
}

type ReportOnOptions = Pick<ReportImageOptions, 'signal' | 'onLayer' | 'rates'> &
  Pick<ScanImageOptions, 'secrets' | 'allDigests'>;

/** As `reportOn`, with what the layers hold. */
export async function scannedReport(
  opened: FoundImage,
  { secrets, allDigests, signal, onLayer, rates }: ReportOnOptions = {},
  base: Base = baseInStore(opened),
): Promise<{ readonly report: ImageReport; readonly scanned: ScannedImage }> {
  const { makeReport, scanImage, storedLayers } = await import('../analysis/index.ts');
  const { image, names, stored } = opened;
  const layers = stored && storedLayers(stored.store, stored.record);
  const scanned = await scanImage(image, { stored: layers, secrets, allDigests, signal, onLayer });
  const build = await knownBuild(opened);
  return { report: await makeReport(image, scanned, { ...build, names, base, rates }), scanned };
}

async function namedBase(
  context: LaminaContext,
  { base: name = '', platform, root, signal }: ReportImageOptions,
  { image }: FoundImage,
): Promise<Base> {
  return withImage(context, { image: name, platform, root, signal }, async (opened) => ({
    name: opened.names[0] ?? name,
    digest: opened.image.descriptor.digest,
    layers: sharedLayers(opened.image.layers, image.layers),
  }));
}
