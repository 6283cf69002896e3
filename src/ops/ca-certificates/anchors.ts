/**
 * Added certificates as an administrator of the image would add them: one file each in its anchor directory, from which
 * `update-ca-certificates` makes the bundle. Only in a directory that the image has: ours would conflict with a step
 * that makes it. Fedora's and SUSE's directories stay as they are, since their tools write the trusted certificates
 * into files of many forms, which lamina could not undo.
 */
import type { FileTree } from '../../files/index.ts';
import type { LowerFile } from '../../runtime/index.ts';
import { certificateFiles, entryAt } from './locations.ts';
import { type Certificate, parseCertificates, toPem } from './pem.ts';
import { readTreeFile } from './read-tree-file.ts';

/** Of Debian and Alpine. */
const DIRECTORY = 'usr/local/share/ca-certificates';
const ID_LENGTH = 16;

/**
 * Part of the names of all files made from an anchor: `<stem>.crt` and the links `<stem>.pem`, `ca-cert-<stem>.pem`. It
 * sorts after other names, and so do the certificates in the bundle.
 */
export function anchorStem({ id }: Certificate): string {
  return `zz-lamina-${id.slice(0, ID_LENGTH)}`;
}

/** The certificates that the image has no anchor for. */
export function anchorFiles(
  base: FileTree,
  certificates: readonly Certificate[],
): readonly LowerFile[] {
  const directory = entryAt(base, DIRECTORY);
  if (directory?.type !== 'directory') return [];
  const own = new Set(
    parseCertificates(
      [...certificateFiles(base, [DIRECTORY])]
        .map((path) => base.lookup(path))
        .map((entry) => (entry === undefined ? '' : readTreeFile(base, entry)))
        .join('\n'),
    ).map(({ id }) => id),
  );
  return certificates
    .filter(({ id }) => !own.has(id))
    .map((certificate) => ({
      path: `${directory.path}/${anchorStem(certificate)}.crt`,
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0,
      mtimeNs: 0,
      content: Buffer.from(toPem(certificate)).toString('base64'),
    }));
}
