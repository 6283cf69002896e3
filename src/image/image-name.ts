/**
 * Names of images with their transport, as skopeo's users write them: `docker://NAME`, `oci:DIR[:TAG]`,
 * `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME]`, `docker-daemon:NAME`, and `store:NAME`.
 */
import { AppError } from '../errors.ts';
import { parseReference, type Reference, withDefaultTag } from '../oci/index.ts';

export type ImageName =
  | { readonly transport: 'registry'; readonly reference: Reference }
  | { readonly transport: 'store'; readonly text: string }
  | (InFile & { readonly transport: 'oci' | 'oci-archive' })
  | (InFile & { readonly transport: 'docker-archive' })
  | { readonly transport: 'docker-daemon'; readonly text: string };

interface InFile {
  readonly path: string;
  /** A tag or a digest; in a Docker archive a reference. Undefined: the only image. */
  readonly name: string | undefined;
}

/**
 * @param plain the transport of a name without one
 * @throws AppError IMAGE_PLACE_INVALID, REFERENCE_INVALID
 */
export function parseImageName(text: string, plain: 'store' | 'registry'): ImageName {
  const [, scheme, rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'docker':
    case 'registry':
      if (rest.startsWith('//')) return inRegistry(rest.slice(2));
      break;
    case 'store':
    case 'containers-storage':
      return { transport: 'store', text: rest };
    case 'oci':
    case 'oci-archive':
      return layout(scheme, text, rest);
    case 'docker-archive': {
      // The name may contain colons, so the path must not.
      const [, path = '', name] = /^([^:]*)(?::(.*))?$/s.exec(rest) ?? [];
      if (path === '') throw noPath(text);
      return { transport: scheme, path, name };
    }
    case 'docker-daemon':
      return { transport: scheme, text: rest };
    case 'dir':
      throw new AppError('IMAGE_PLACE_INVALID', "lamina cannot read skopeo's 'dir:'", {
        expected: EXPECTED,
        hint: 'copy it with: skopeo copy dir:DIRECTORY oci:DIRECTORY:TAG',
      });
    default:
  }
  return plain === 'store' ? { transport: 'store', text } : inRegistry(text);
}

function inRegistry(text: string): ImageName {
  return { transport: 'registry', reference: withDefaultTag(parseReference(text)) };
}

const EXPECTED =
  'a name, docker://NAME, store:NAME, oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or docker-daemon:NAME';

/** The tag comes after the last colon, unless a slash follows. */
function layout(transport: 'oci' | 'oci-archive', text: string, rest: string): ImageName {
  const [, path = '', name] = /^(.*?)(?:[:@]((?:sha256:)?[\w][\w.+-]*))?$/s.exec(rest) ?? [];
  if (path === '') throw noPath(text);
  return { transport, path, name };
}

function noPath(text: string): AppError {
  return new AppError('IMAGE_PLACE_INVALID', `'${text}' has no file or directory`, {
    expected: EXPECTED,
  });
}
