/** A SOURCE_DATE_EPOCH that names a source: resolved before planning, which depends on it. */
import { createReadStream } from 'node:fs';
import { decompress, readTar } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import type { ContentRange } from '../../files/index.ts';
import { hostPlatform } from '../../oci/index.ts';
import {
  CONTEXT_FILE,
  type ContextSource,
  EPOCH,
  type EpochText,
  epochSource,
  epochText,
  findContext,
} from '../../plan/index.ts';
import { openContent } from '../../system/index.ts';
import { contentAt, treeOf } from '../contexts/fetched-context.ts';
import type { BuildContext } from '../contexts/named-contexts.ts';
import { lastModified } from '../drivers/http.ts';
import type { BuildRun } from '../run/build-run.ts';
import { targetPlatforms } from '../run/target-platforms.ts';
import type { Definition } from './definition.ts';

/**
 * The build with its epoch as a number. A source without a time gives no epoch.
 *
 * @throws AppError PLAN_EPOCH, and what fetching the source throws
 */
export async function withEpoch(run: BuildRun, definition: Definition): Promise<BuildRun> {
  const { options } = run;
  if (options.sourceDateEpoch !== undefined) return run;
  const { [EPOCH]: given, ...others } = options.buildArgs ?? {};
  const asked = epochText(planOptions(run, definition));
  if (asked === undefined) return run;
  const seconds = asked.text === '' ? undefined : await secondsOf(run, definition, asked);
  const text = seconds === undefined ? '' : String(seconds);
  const buildArgs =
    given === undefined || seconds === undefined ? others : { ...others, [EPOCH]: text };
  // A given argument takes precedence over defaults of stages; the default of a global one does not.
  const epoch = given === undefined ? text : undefined;
  return { ...run, epoch, options: { ...options, buildArgs, sourceDateEpoch: seconds } };
}

function planOptions({ options }: BuildRun, { tree, instructions }: Definition) {
  const [platform = hostPlatform()] = targetPlatforms(options);
  const buildArgs = new Map(Object.entries(options.buildArgs ?? {}));
  const { target } = options;
  return { tree, instructions, target, buildArgs, platform, buildPlatform: hostPlatform() };
}

async function secondsOf(
  run: BuildRun,
  definition: Definition,
  asked: EpochText,
): Promise<number | undefined> {
  if (/^\d{1,12}$/.test(asked.text)) return Number(asked.text);
  const options = planOptions(run, definition);
  const context = contextNamed(asked.text, definition, options.platform);
  if (context !== undefined) return timeOf(run, context);
  const op = epochSource(options, asked);
  return timeOf(run, { source: { kind: 'remote', op, unpack: false } });
}

function contextNamed(
  name: string,
  { contexts }: Definition,
  platform: Parameters<typeof findContext>[2],
): BuildContext | undefined {
  if (name === 'context') return contexts.get(name);
  const sources = new Map([...contexts].map(([key, { source }]) => [key, source] as const));
  const found = findContext(sources, name, platform);
  return found && contexts.get(found.name);
}

/** Undefined: a source without a time, such as directories and images. */
async function timeOf(run: BuildRun, { source, open }: BuildContext): Promise<number | undefined> {
  if (source.kind === 'archive') {
    using directory = await open?.();
    return directory && (await newestMember(contentAt(directory, CONTEXT_FILE)));
  }
  if (source.kind !== 'remote') return undefined;
  const { op } = source;
  if (op.kind === 'git') {
    const dated: ContextSource = { ...source, op: { ...op, commitTime: true } };
    // All files have the commit's time.
    const [first] = (await treeOf(run, dated)).list('');
    return first?.mtime;
  }
  const tree = await treeOf(run, { ...source, unpack: false });
  // A pinned file may come from the cache, without asking the server.
  const time = op.checksum === undefined ? lastModified(run.store, op.url) : undefined;
  return time ?? newestMember(contentAt(tree, op.filename));
}

/** Of an archive; undefined for other files. */
async function newestMember(file: ContentRange | undefined): Promise<number | undefined> {
  if (file === undefined || file.size === 0) return undefined;
  const { offset: start, size } = file;
  let newest: number | undefined;
  try {
    const bytes = createReadStream('', { fd: openContent(file), start, end: start + size - 1 });
    for await (const { header } of readTar(decompress(bytes))) {
      if (header.type === 'file') newest = Math.max(newest ?? header.mtime, header.mtime);
    }
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('ARCHIVE_')) return undefined;
    throw error;
  }
  return newest;
}
