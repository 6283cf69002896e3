/** Debian packages: dpkg's status file, or one file a package as distroless images have it. */
import type { BytePath } from '../../files/index.ts';
import { fieldsOf, paragraphsOf } from './paragraphs.ts';
import type { Contents, Described } from './types.ts';

const STATUS = 'var/lib/dpkg/status';
const STATUS_DIRECTORY = 'var/lib/dpkg/status.d/';
const INFO = 'var/lib/dpkg/info/';

export function isDpkgFile(path: BytePath): boolean {
  if (path === STATUS || path.startsWith(STATUS_DIRECTORY)) return true;
  return path.startsWith(INFO) && path.endsWith('.list');
}

/** @param path `var/lib/dpkg/status`, or a file of `status.d` */
export function dpkgPackages(path: BytePath, contents: Contents): Described[] {
  const isWhole = path === STATUS;
  if (!isWhole && (!path.startsWith(STATUS_DIRECTORY) || path.endsWith('.md5sums'))) return [];
  return paragraphsOf(contents.text(path) ?? '').flatMap((paragraph) => {
    const fields = fieldsOf(paragraph);
    const [name, version] = [fields.get('package'), fields.get('version')];
    const status = fields.get('status');
    if (name === undefined || version === undefined) return [];
    if (status !== undefined && !status.endsWith(' installed')) return [];
    const paths = isWhole
      ? listed(contents, name, fields.get('architecture'))
      : summed(contents.text(`${path}.md5sums`));
    return [{ type: 'deb', name, version, files: { kind: 'list', paths } } as const];
  });
}

/** With several architectures installed, the list has the architecture in its name. */
function listed(contents: Contents, name: string, architecture = ''): BytePath[] {
  const text =
    contents.text(`${INFO}${name}.list`) ?? contents.text(`${INFO}${name}:${architecture}.list`);
  return (text ?? '').split('\n').flatMap((line) => (line.length > 1 ? line.slice(1) : []));
}

function summed(text = ''): BytePath[] {
  return text.split('\n').flatMap((line) => /^[0-9a-f]{32} {2}(.+)$/.exec(line)?.[1] ?? []);
}
