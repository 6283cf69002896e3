/** Takes certificates that a step was only lent out of the files it left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { baseName, type FileTree } from '../../files/index.ts';
import type { LayerEntry, LayerFile, LayerIndex } from '../../layers/index.ts';
import { setTimes } from '../../system/index.ts';
import { parseCertificates, toPem, withoutCertificates } from './pem.ts';
import { ANCHORS, certificateFiles, DISTRIBUTED } from './places.ts';
import { readTreeFile } from './read-tree-file.ts';
import type { StepTrust } from './step-trust.ts';

/** Names under which people keep certificates. */
const SUSPECT = /\.(pem|crt|cer|ca|bundle)$|cert|ca-bundle|ca_bundle/i;
const LARGEST = 16 * 1024 * 1024;

/**
 * Rewrites files of an upper directory in place; owner, mode and times stay. A certificate that base or layer have as an anchor
 * of their own is theirs.
 *
 * @param upper host directory as text
 * @param index what was found in it
 * @returns whether something was changed, so that the index is out of date
 */
export function removeTraces(
  upper: string,
  index: LayerIndex,
  { added, sizes }: Pick<StepTrust, 'added' | 'sizes'>,
  base: FileTree,
): boolean {
  if (added.length === 0) return false;
  const files = index.entries.filter(
    (entry): entry is LayerFile =>
      isSmallFile(entry) && (sizes.has(entry.size) || SUSPECT.test(baseName(entry.path))),
  );
  const needles = added.map((certificate) => toPem(certificate).split('\n')[2] ?? '');
  const read = ({ path }: LayerFile) =>
    readFileSync(Buffer.from(hostPath(upper, path), 'latin1'), 'latin1');
  const hits = files.filter((file) => {
    const text = read(file);
    return needles.some((needle) => text.includes(needle));
  });
  if (hits.length === 0) return false;
  const own = new Set([
    ...idsIn(files.filter(({ path }) => isSource(path)).map(read)),
    ...idsIn(sourcesOf(base)),
  ]);
  const strangers = new Set(added.map(({ id }) => id).filter((id) => !own.has(id)));
  return hits.filter((file) => rewrite(upper, file, strangers)).length > 0;
}

function isSmallFile(entry: LayerEntry): entry is LayerFile {
  return entry.kind === 'entry' && entry.type === 'file' && entry.size > 0 && entry.size <= LARGEST;
}

function rewrite(
  upper: string,
  { path, mtime, mtimeNs }: LayerFile,
  ids: ReadonlySet<string>,
): boolean {
  const host = hostPath(upper, path);
  const before = readFileSync(Buffer.from(host, 'latin1'), 'latin1');
  const after = withoutCertificates(before, ids);
  if (after === before) return false;
  writeFileSync(Buffer.from(host, 'latin1'), after, 'latin1');
  setTimes(host, mtime, mtimeNs);
  return true;
}

function isSource(path: string): boolean {
  return [...ANCHORS, ...DISTRIBUTED].some((directory) => path.startsWith(`${directory}/`));
}

function sourcesOf(base: FileTree): string[] {
  return [...certificateFiles(base, [...ANCHORS, ...DISTRIBUTED])].flatMap((path) => {
    const entry = base.lookup(path);
    return entry === undefined ? [] : [readTreeFile(base, entry)];
  });
}

function idsIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => parseCertificates(text).map(({ id }) => id));
}

function hostPath(upper: string, path: string): string {
  return `${Buffer.from(upper).toString('latin1')}/${path}`;
}
