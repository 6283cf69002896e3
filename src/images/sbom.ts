/** Bills of materials of images of any transport. */
import { findDistribution, findPackages, scanImage, storedLayers } from '../analysis/index.ts';
import type { Sbom, SbomOptions } from '../api/index.ts';
import { cyclonedxDocument, distinctPackages, spdxDocument } from '../attestation/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { formatPlatform, imagePlatform } from '../oci/index.ts';
import { packageVersion } from '../package-version.ts';
import { withImage } from './with-image.ts';

export async function sbom(context: LaminaContext, options: SbomOptions): Promise<Sbom> {
  const { format = 'spdx', signal } = options;
  return withImage(context, options, async ({ image, names, stored }) => {
    const layers = stored && storedLayers(stored.store, stored.record);
    const scanned = await scanImage(image, { stored: layers, signal });
    const packages = await findPackages(scanned.model, scanned.packages);
    const id = image.manifest.config.digest;
    const bill = {
      name: names[0] ?? id,
      digest: id,
      platform: formatPlatform(imagePlatform(image.config)),
      created: wholeSeconds(image.config.created),
      toolVersion: packageVersion(),
      distribution: findDistribution(scanned.model, scanned.packages),
      packages,
    };
    return {
      document: format === 'spdx' ? spdxDocument(bill) : cyclonedxDocument(bill),
      packages: distinctPackages(packages),
      problems: scanned.problems.map(({ error }) => error.message),
    };
  });
}

/** A time in RFC 3339 without fractions; images may have none. */
export function wholeSeconds(created: string | undefined): string {
  const milliseconds = Date.parse(created ?? '');
  const date = new Date(Number.isNaN(milliseconds) ? 0 : milliseconds);
  return `${date.toISOString().slice(0, 19)}Z`;
}
