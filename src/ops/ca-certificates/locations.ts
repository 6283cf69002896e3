/** Paths where systems keep the certificates they trust, in images and on this machine. Byte paths. */
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  baseName,
  type FileEntry,
  type FileTree,
  resolveInTree,
} from '../../files/index.ts';

/** All trusted certificates in one PEM file. Debian and Alpine; Fedora; SUSE; others. */
export const BUNDLES: readonly BytePath[] = [
  'etc/ssl/certs/ca-certificates.crt',
  'etc/pki/tls/certs/ca-bundle.crt',
  'etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  'etc/ssl/ca-bundle.pem',
  'etc/ssl/cert.pem',
];

/** Certificates that an administrator trusts beside the public authorities. */
export const ANCHORS: readonly BytePath[] = [
  'usr/local/share/ca-certificates',
  'etc/pki/ca-trust/source/anchors',
  'etc/pki/trust/anchors',
];

/** Certificates that the distribution trusts, one file each. */
export const DISTRIBUTED: readonly BytePath[] = ['usr/share/ca-certificates'];

const CERTIFICATE_NAME = /\.(crt|pem|cer)$/i;

/** The certificate files below directories of a tree. */
export function* certificateFiles(
  tree: FileTree,
  directories: readonly BytePath[],
): Generator<BytePath> {
  for (const directory of directories) {
    const entry = entryAt(tree, directory);
    if (entry?.type === 'directory') yield* below(tree, entry.path);
  }
}

/** The entry at a path, links followed; undefined also for link loops. */
export function entryAt(tree: FileTree, path: BytePath): FileEntry | undefined {
  try {
    return resolveInTree(tree, path).entry;
  } catch (error) {
    if (error instanceof AppError && error.code === 'SYMLINK_LOOP') return undefined;
    throw error;
  }
}

function* below(tree: FileTree, directory: BytePath): Generator<BytePath> {
  for (const entry of tree.list(directory)) {
    if (entry.type === 'directory') yield* below(tree, entry.path);
    else if (entry.type === 'file' && CERTIFICATE_NAME.test(baseName(entry.path))) yield entry.path;
  }
}
