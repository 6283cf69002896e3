import type { Descriptor } from '../../oci/index.ts';

/** BuildKit adds provenance and bills of materials to the images of an index. */
export function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}
