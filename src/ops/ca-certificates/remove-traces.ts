/** Removes the certificates lent to a step from the files it left. */
import { readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { baseName, type FileTree, parentPath } from '../../files/index.ts';
import type { LayerEntry, LayerFile, LayerIndex } from '../../layers/index.ts';
import { setTimes } from '../../system/index.ts';
import { anchorStem } from './anchors.ts';
import { withoutJavaNotice } from './java-notice.ts';
import { withoutTrusted } from './java-trust-store.ts';
import { ANCHORS, certificateFiles, DISTRIBUTED } from './locations.ts';
import { type Certificate, parseCertificates, toPem, withoutCertificates } from './pem.ts';
import { readTreeFile } from './read-tree-file.ts';
import type { StepTrust } from './step-trust.ts';

/** Usual names of files with certificates. */
const SUSPECT = /\.(pem|crt|cer|ca|bundle|jks|ks)$|cert|ca-bundle|ca_bundle|keystore|truststore/i;
const LARGEST = 16 * 1024 * 1024;

/** The files a step left, and the certificates lent to it. */
interface Traces {
  /** Host directory as latin1. */
  readonly upper: string;
  readonly entries: readonly LayerEntry[];
  readonly added: readonly Certificate[];
  /** Certificates that the image or the step has itself, though they were lent too. */
  readonly own: ReadonlySet<string>;
  /** Files of the layer that have such a certificate. */
  readonly sources: readonly LayerFile[];
}

/**
 * Rewrites files of an upper directory without changing owner, mode and times, and removes copies of anchors and links
 * to them. A certificate that the base or the layer has as an anchor of its own stays.
 *
 * @param upper host directory as text
 * @param index the index of the directory
 * @returns whether anything changed, so that the index is out of date
 */
export function removeTraces(
  upper: string,
  index: LayerIndex,
  { added, sizes }: Pick<StepTrust, 'added' | 'sizes'>,
  base: FileTree,
): boolean {
  if (added.length === 0) return false;
  const root = Buffer.from(upper).toString('latin1');
  const logs = index.entries.filter(isLog).filter((file) => cleanLog(root, file));
  const suspects = index.entries.filter(
    (entry): entry is LayerFile =>
      isSmallFile(entry) && (sizes.has(entry.size) || SUSPECT.test(baseName(entry.path))),
  );
  const needles = added.flatMap((one) => [
    toPem(one).split('\n')[2] ?? '',
    one.der.toString('latin1'),
  ]);
  const hits = suspects.filter((file) => {
    const text = read(root, file);
    return needles.some((needle) => text.includes(needle));
  });
  const links = index.entries.filter(
    (entry): entry is LayerFile => entry.kind === 'entry' && isAnchorLink(entry, added),
  );
  if (hits.length === 0 && links.length === 0) return logs.length > 0;
  const sources = suspects.filter(({ path }) => isSource(path) && !isAnchor(path, added));
  const own = new Set([
    ...idsIn(sources.map((file) => read(root, file))),
    ...idsIn(sourcesOf(base)),
  ]);
  const traces = { upper: root, entries: index.entries, added, own, sources };
  const changedFiles = hits.filter((file) => cleanFile(traces, file));
  for (const link of links) removeLink(traces, link);
  return logs.length + changedFiles.length + links.length > 0;
}

function isSmallFile(entry: LayerEntry): entry is LayerFile {
  return entry.kind === 'entry' && entry.type === 'file' && entry.size > 0 && entry.size <= LARGEST;
}

function isLog(entry: LayerEntry): entry is LayerFile {
  return isSmallFile(entry) && entry.path.startsWith('var/log/');
}

/** @returns whether anything changed */
function cleanLog(upper: string, file: LayerFile): boolean {
  const before = read(upper, file);
  const after = withoutJavaNotice(before);
  if (after !== before) rewrite(upper, file, after);
  return after !== before;
}

function rewrite(upper: string, file: LayerFile, text: string): void {
  const host = hostPath(upper, file.path);
  writeFileSync(Buffer.from(host, 'latin1'), text, 'latin1');
  setTimes(host, file.mtime, file.mtimeNs);
}

/** @returns whether anything changed */
function cleanFile(traces: Traces, file: LayerFile): boolean {
  const before = read(traces.upper, file);
  const { own, added } = traces;
  const copied = added.find((one) => before === toPem(one));
  if (copied !== undefined && (isAnchor(file.path, added) || !own.has(copied.id))) {
    remove(traces, file);
    return true;
  }
  const strangers = new Set(added.map(({ id }) => id).filter((id) => !own.has(id)));
  const repeated = new Set(added.map(({ id }) => id).filter((id) => own.has(id)));
  const store = withoutTrusted(Buffer.from(before, 'latin1'), (id) => strangers.has(id));
  const after = store?.toString('latin1') ?? withoutCertificates(before, strangers, repeated);
  if (after === before) return false;
  rewrite(traces.upper, file, after);
  return true;
}

/**
 * `openssl rehash` makes one link for two equal certificates: if the other one stays, the link belongs to it.
 */
function removeLink(traces: Traces, link: LayerFile): void {
  const { entries, sources, own, added, upper } = traces;
  const certificate = added.find((one) => link.linkTarget?.includes(anchorStem(one)) === true);
  remove(traces, link);
  if (certificate === undefined || !own.has(certificate.id)) return;
  if (!/^[0-9a-f]{8}\.\d+$/.test(baseName(link.path))) return;
  const paths = sources
    .filter((file) => idsIn([read(upper, file)]).includes(certificate.id))
    .map(({ path }) => `/${path}`);
  const other = entries.find(
    (entry): entry is LayerFile =>
      entry.kind === 'entry' &&
      entry.linkTarget !== undefined &&
      paths.includes(entry.linkTarget) &&
      parentPath(entry.path) === parentPath(link.path),
  );
  if (other === undefined) return;
  const host = Buffer.from(hostPath(upper, link.path), 'latin1');
  symlinkSync(Buffer.from(baseName(other.path), 'latin1'), host);
  restoreParent(traces, link);
}

function remove(traces: Traces, entry: LayerFile): void {
  unlinkSync(Buffer.from(hostPath(traces.upper, entry.path), 'latin1'));
  restoreParent(traces, entry);
}

function restoreParent({ upper, entries }: Traces, { path }: LayerFile): void {
  const parent = parentPath(path);
  const directory = entries.find((entry) => entry.path === parent);
  if (directory?.kind !== 'entry') return;
  setTimes(hostPath(upper, parent), directory.mtime, directory.mtimeNs);
}

function isAnchorLink(entry: LayerFile, added: readonly Certificate[]): boolean {
  const { linkTarget } = entry;
  return entry.type === 'symlink' && linkTarget !== undefined && isAnchor(linkTarget, added);
}

function isAnchor(path: string, added: readonly Certificate[]): boolean {
  const name = baseName(path);
  return added.some((one) => name.includes(anchorStem(one)));
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

function read(upper: string, { path }: LayerFile): string {
  return readFileSync(Buffer.from(hostPath(upper, path), 'latin1'), 'latin1');
}

function hostPath(upper: string, path: string): string {
  return `${upper}/${path}`;
}
