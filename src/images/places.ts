/** Places of images as people write them: `NAME`, `store:NAME`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`. */
import { AppError } from '../errors.ts';
import { parseReference, type Reference, withDefaultTag } from '../oci/index.ts';

export type Place =
  | { readonly kind: 'registry'; readonly reference: Reference }
  | { readonly kind: 'store'; readonly reference: Reference; readonly text: string }
  | {
      /** An OCI layout. */
      readonly kind: 'directory' | 'archive';
      readonly path: string;
      readonly name: string | undefined;
    };

/** @throws AppError IMAGE_PLACE_INVALID, REFERENCE_INVALID */
export function parsePlace(text: string): Place {
  const [, scheme, rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'docker':
    case 'registry':
      if (!rest.startsWith('//')) break;
      return { kind: 'registry', reference: withDefaultTag(parseReference(rest.slice(2))) };
    case 'store':
    case 'containers-storage':
      return { kind: 'store', reference: withDefaultTag(parseReference(rest)), text: rest };
    case 'oci':
      return layout('directory', text, rest);
    case 'oci-archive':
      return layout('archive', text, rest);
    case 'docker-archive':
    case 'docker-daemon':
    case 'dir':
      throw new AppError('IMAGE_PLACE_INVALID', `lamina cannot copy to or from '${scheme}:'`, {
        expected: EXPECTED,
        hint: 'for Docker archives, use `lamina load` and `lamina save`',
      });
    default:
  }
  return { kind: 'registry', reference: withDefaultTag(parseReference(text)) };
}

const EXPECTED =
  'NAME[:TAG|@DIGEST] in a registry, store:NAME, oci:DIRECTORY[:TAG] or oci-archive:FILE[:TAG]';

/** The tag is behind the last colon, unless a part of a path follows it. */
function layout(kind: 'directory' | 'archive', text: string, rest: string): Place {
  const [, path = '', name] = /^(.*?)(?:[:@]((?:sha256:)?[\w][\w.+-]*))?$/s.exec(rest) ?? [];
  if (path !== '') return { kind, path, name };
  throw new AppError('IMAGE_PLACE_INVALID', `'${text}' has no file or directory`, {
    expected: EXPECTED,
  });
}
