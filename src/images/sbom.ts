/** Bills of materials of images of any transport. */
import { storedLayers } from '../analysis/index.ts';
import type { Sbom, SbomOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { withImage } from './with-image.ts';

export async function sbom(context: LaminaContext, options: SbomOptions): Promise<Sbom> {
  const { format = 'spdx', signal } = options;
  const attestation = await import('../attestation/index.ts');
  return withImage(context, options, async ({ image, names: [name], stored: known }) => {
    const stored = known && storedLayers(known.store, known.record);
    const { bill, problems } = await attestation.billOfImage(image, name, { stored, signal });
    const { spdxDocument, cyclonedxDocument } = attestation;
    return {
      document: format === 'spdx' ? spdxDocument(bill) : cyclonedxDocument(bill),
      packages: attestation.distinctPackages(bill.packages),
      problems: problems.map(({ message }) => message),
    };
  });
}
