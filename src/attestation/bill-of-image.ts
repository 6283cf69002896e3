/** Reads an image for its bill of materials. */
import {
  findDistribution,
  findPackages,
  type ScanImageOptions,
  scanImage,
} from '../analysis/index.ts';
import type { AppError } from '../errors.ts';
import type { Image } from '../image/index.ts';
import { formatPlatform, imagePlatform } from '../oci/index.ts';
import { packageVersion } from '../package-version.ts';
import type { Bill } from './bill.ts';

export interface ReadBill {
  readonly bill: Bill;
  /** Layers that could not be read: their packages are missing. */
  readonly problems: readonly AppError[];
}

/**
 * The packages of the final file system. The digest is the image's ID, and the time is the image's, so that the same image has
 * the same bill in every transport.
 *
 * @param name undefined: the ID
 * @throws the signal's reason
 */
export async function billOfImage(
  image: Image,
  name: string | undefined,
  options: Pick<ScanImageOptions, 'stored' | 'signal'>,
): Promise<ReadBill> {
  const { model, packages, problems } = await scanImage(image, options);
  const id = image.manifest.config.digest;
  const created = Date.parse(image.config.created ?? '');
  const bill: Bill = {
    name: name ?? id,
    digest: id,
    platform: formatPlatform(imagePlatform(image.config)),
    created: wholeSeconds(Number.isNaN(created) ? 0 : created),
    toolVersion: packageVersion(),
    distribution: findDistribution(model, packages),
    packages: await findPackages(model, packages),
  };
  return { bill, problems: problems.map(({ error }) => error) };
}

/** RFC 3339 without fractions, which SPDX does not allow. @param milliseconds since the epoch */
export function wholeSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
