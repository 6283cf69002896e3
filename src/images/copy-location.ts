/** Sources and destinations of `copy`: registries, the store and OCI layouts. */
import { AppError } from '../errors.ts';
import { type ImageName, parseImageName } from '../image/index.ts';
import { parseReference } from '../oci/index.ts';

export type CopyLocation = Exclude<
  ImageName,
  { readonly transport: 'docker-archive' } | { readonly transport: 'docker-daemon' }
>;

/** @throws AppError IMAGE_PLACE_INVALID, REFERENCE_INVALID */
export function parseLocation(text: string): CopyLocation {
  const scheme = /^(?:docker-archive|docker-daemon|dir)(?=:)/.exec(text)?.[0];
  const name = scheme === undefined ? parseImageName(text, 'registry') : undefined;
  if (name === undefined || name.transport === 'docker-daemon') throw refused(scheme ?? '');
  if (name.transport === 'docker-archive') throw refused(name.transport);
  if (name.transport === 'store') parseReference(name.text);
  return name;
}

function refused(scheme: string): AppError {
  return new AppError('IMAGE_PLACE_INVALID', `lamina cannot copy to or from '${scheme}:'`, {
    expected:
      'NAME[:TAG|@DIGEST] in a registry, store:NAME, oci:DIRECTORY[:TAG] or oci-archive:FILE[:TAG]',
    hint: 'for Docker archives, use `lamina load` and `lamina save`',
  });
}
