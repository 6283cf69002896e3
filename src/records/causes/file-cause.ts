/** Files of the build context, or of another file system: which of them made the difference. */
import { IgnoreMatcher, parseDockerignore } from '../../context/index.ts';
import { toText } from '../../files/index.ts';
import { redactUrls } from '../../http/index.ts';
import { cause, type StepCause } from '../explanation.ts';
import { describeFile, type FileChange, fileChanges } from '../file-changes.ts';
import type { ListedFile } from '../file-list.ts';
import { alignedLists, rebasedList } from '../rebase-list.ts';
import type { BuildRecord, RecordedContent } from '../types.ts';

/** What is still known of the files of a build. */
export interface FileFinder {
  /** The files behind a digest; undefined where they were not kept. */
  readonly list: (digest: string) => readonly ListedFile[] | undefined;
  /** The text of a file as a layer has it; undefined where it is gone, or no text. */
  readonly textIn: (layer: string, file: ListedFile) => string | undefined;
}

/** The layers in which a step has left its files, now and before. */
export interface OwnLayers {
  readonly now: string | null;
  readonly before: string | null;
}

export interface FileFacts {
  readonly now: BuildRecord;
  readonly before: BuildRecord | undefined;
  readonly files: FileFinder;
  readonly layers: OwnLayers;
}

export function fileCause(
  { now, before, files, layers }: FileFacts,
  kind: 'file' | 'mount',
  content: RecordedContent,
  known: RecordedContent | undefined,
): StepCause {
  const [old, current] =
    known && content.use !== 'fetched' ? [known, content].map((one) => listOf(files, one)) : [];
  const changes = old && current ? fileChanges(alignedLists(old, current), current) : [];
  const [first] = changes;
  if (first === undefined) {
    return cause(kind, {
      subject: content.what,
      before: known === undefined ? null : shortDigest(known.digest),
      after: shortDigest(content.digest),
    });
  }
  const ignored = ignoreCause(first, now, before);
  if (ignored !== undefined) return ignored;
  const lines = differingLines(first, files, layers);
  return cause(kind, {
    subject: toText(first.path),
    before: withLine(describeFile(first.before, first.after), lines?.before),
    after: withLine(describeFile(first.after, first.before), lines?.after),
  });
}

function listOf(
  files: FileFinder,
  { use, what, digest }: RecordedContent,
): readonly ListedFile[] | undefined {
  const list = files.list(digest);
  return use === 'source' ? rebasedList(list, what) : list;
}

/** Of a step that failed before it had read its files: it is known only what it took of the build context before. */
export function unreadCause(
  { now, before, files }: Pick<FileFacts, 'now' | 'before' | 'files'>,
  content: RecordedContent,
): StepCause {
  const { use, what, digest } = content;
  for (const change of fileChanges(listOf(files, content) ?? [], [])) {
    const ignored = ignoreCause(change, now, before);
    if (ignored !== undefined) return ignored;
  }
  return cause(use === 'mount' ? 'mount' : 'file', { subject: what, before: shortDigest(digest) });
}

/** Of a download that failed. */
export function unreachableCause({ what, digest }: RecordedContent): StepCause {
  return cause('file', {
    subject: what,
    before: shortDigest(digest),
    after: 'it could not be read',
  });
}

function withLine(text: string | null, line: string | undefined): string | null {
  return text === null || line === undefined ? text : `${text}, ${line}`;
}

/** What is in such files is not for logs. */
const PRIVATE =
  /(^|\/)(\.env|\.npmrc|\.pypirc|\.netrc|\.git\/)|(key|secret|token|passw|credential|\.pem$|\.p12$)/i;
const LONGEST_LINE = 60;

interface Lines {
  readonly before: string;
  readonly after: string;
}

/** The first line that is another one, where both texts are still there. */
function differingLines(
  { path, before, after }: FileChange,
  { textIn }: FileFinder,
  layers: OwnLayers,
): Lines | undefined {
  if (before?.type !== 'file' || after?.type !== 'file' || PRIVATE.test(path)) return undefined;
  if (before.digest === after.digest || layers.before === null || layers.now === null)
    return undefined;
  const [old, now] = [textIn(layers.before, before), textIn(layers.now, after)];
  if (old === undefined || now === undefined) return undefined;
  const [oldLines, newLines] = [linesOf(old), linesOf(now)];
  let at = 0;
  while (at < oldLines.length && oldLines[at] === newLines[at]) at++;
  // All lines are the same where only the end of the last one is another.
  if (at === oldLines.length && at === newLines.length) return undefined;
  return { before: lineText(oldLines, at), after: lineText(newLines, at) };
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

function lineText(lines: readonly string[], at: number): string {
  const line = lines[at];
  if (line === undefined) return `ends before line ${at + 1}`;
  const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
  return `line ${at + 1}: ${redactUrls(text)}`;
}

/** A file that came or went because other patterns leave out files. */
function ignoreCause(
  { path, before, after }: FileChange,
  now: BuildRecord,
  old: BuildRecord | undefined,
): StepCause | undefined {
  const [text, oldText] = [now.ignore, old?.ignore ?? null];
  if (text === oldText || (before !== undefined && after !== undefined)) return undefined;
  const hidden = hiddenBy(before === undefined ? oldText : text, path);
  const visible = hiddenBy(before === undefined ? text : oldText, path);
  if (hidden === undefined || visible !== undefined) return undefined;
  const [there, left] = [`${toText(path)} there`, `${toText(path)} left out by ${hidden}`];
  return cause('ignore', {
    subject: now.ignoreFile ?? old?.ignoreFile ?? '.dockerignore',
    before: before === undefined ? left : there,
    after: after === undefined ? left : there,
  });
}

function hiddenBy(text: string | null, path: string): string | undefined {
  if (text === null) return undefined;
  return new IgnoreMatcher(parseDockerignore(text)).hiddenBy(path)?.pattern;
}

function shortDigest(digest: string): string {
  return digest.replace(/^(?:[a-z0-9-]+:)?([0-9a-f]{12})[0-9a-f]*$/, '$1');
}
