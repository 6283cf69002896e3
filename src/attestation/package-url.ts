/** Package URLs (purl): the names of packages across ecosystems. */
import type { Distribution } from '../analysis/index.ts';
import type { BillPackage } from './bill.ts';

/** The vendor of packages of a distribution, where none is named. */
const VENDORS: Readonly<Record<string, string>> = { deb: 'debian', apk: 'alpine' };

/** `pkg:deb/debian/curl@8.14.1-2?distro=debian-13` */
export function packageUrl(
  { type, name, version }: BillPackage,
  distribution: Distribution | undefined,
): string {
  const path = pathOf(type, name, distribution).map(encoded).join('/');
  const at = version === '' ? '' : `@${encoded(version)}`;
  const distro =
    distribution?.version === undefined || !['deb', 'apk', 'rpm'].includes(type)
      ? ''
      : `?distro=${encoded(`${distribution.id}-${distribution.version}`)}`;
  return `pkg:${type}/${path}${at}${distro}`;
}

/** `pkg:docker/team/app@1.0?platform=linux%2Famd64`: an image. */
export function imageUrl(reference: string, platform: string): string {
  const [, path = reference, separator = '', version = ''] =
    /^(.*?)(?:(:)([\w.-]+)|(?:@)(sha256:.*))?$/.exec(familiar(reference)) ?? [];
  const at = separator === '' ? '' : `@${encoded(version)}`;
  const encodedPath = path.split('/').map(encoded).join('/');
  return `pkg:docker/${encodedPath}${at}?platform=${encodeURIComponent(platform)}`;
}

function familiar(reference: string): string {
  return reference.replace(/^docker\.io\/(?:library\/)?/, '');
}

function pathOf(type: string, name: string, distribution: Distribution | undefined): string[] {
  switch (type) {
    case 'deb':
    case 'apk':
    case 'rpm': {
      const vendor = distribution?.id ?? VENDORS[type];
      return vendor === undefined ? [name] : [vendor, name];
    }
    case 'pypi':
      return [name.toLowerCase().replaceAll('_', '-')];
    case 'maven':
      return name.split(':');
    case 'golang':
      return name.toLowerCase().split('/');
    default:
      return name.split('/');
  }
}

/** As the specification of package URLs has it: `:` and `~` stay. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
