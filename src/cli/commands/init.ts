import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { BuildResult, Lamina, ProjectPart, ProposedDockerfile } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { humanSize } from '../../progress/index.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { textStream } from '../text-stream.ts';
import { namespaceOfStore } from '../user-namespace.ts';

const initFlags = {
  part: {
    kind: 'list',
    value: 'directory',
    help: 'only this directory of a repository with several programs',
  },
  interactive: { kind: 'switch', short: 'i', help: 'ask before it writes and builds' },
  force: { kind: 'switch', short: 'f', help: 'write over a Dockerfile and an ignore file' },
  print: { kind: 'switch', help: 'print the Dockerfile, and write nothing' },
  'no-build': { kind: 'switch', help: 'do not build' },
  tag: {
    kind: 'text',
    short: 't',
    value: 'name[:tag]',
    help: 'name of the image (default: that of the directory)',
  },
  'ca-certificates': {
    kind: 'list',
    value: 'path|host',
    help: 'certificates that RUN trusts, as for build',
  },
  progress: {
    kind: 'text',
    value: 'kind',
    choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
    help: 'type of progress output on standard error',
  },
  ...storeFlags,
} as const satisfies FlagTable;

type Flags = FlagValues<typeof initFlags>;

export const initCommand = defineCommand({
  usage: '[OPTIONS] [DIR]',
  summary: 'write a Dockerfile for a project, and build it',
  description: [
    'Recognises what is in DIR (default: the working directory), writes a Dockerfile and a .dockerignore, builds, and shows ' +
      'what the image weighs. Knows Node.js (npm, pnpm, Yarn; servers, Next.js, front ends of Vite and others), Python (pip, ' +
      'Poetry, uv; ASGI, WSGI, Django), Go, Java (Maven, Gradle), Rust, Ruby, PHP, .NET, static sites, and repositories with several ' +
      'of these in directories of their own, each of which gets a stage to build with --target.',
    'The Dockerfile has several stages, cache mounts, an ordinary user, and a HEALTHCHECK if the program listens. Base images are ' +
      'debian:trixie-slim and those of gcr.io/distroless, which are pulled, or made from Debian packages where no registry answers.',
    'Nothing is written over without --force. An ignore file that is there stays.',
  ],
  flags: initFlags,
  args: [0, 1],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina init', text: 'in a project without a Dockerfile' },
    { command: 'lamina init --print', text: 'only look at it' },
    { command: 'lamina init --part server -t shop .', text: 'one program of a repository' },
  ],
  async run({ flags, args }, context) {
    const [directory = '.'] = args;
    const api = await context.api();
    const { signal, io } = context;
    const parts = await chosenParts(directory, flags, context);
    const proposed = await api.proposeDockerfile({ directory, parts, signal });
    if (flags.print) {
      await io.stdout.write(proposed.dockerfile);
      return 0;
    }
    for (const { directory: part, label } of proposed.parts) {
      await io.stderr.write(`${part === '' ? 'found' : `found in ${part}`}: ${label}\n`);
    }
    if (flags.interactive && !(await confirm('Write a Dockerfile?', context))) return 0;
    await writeFiles(directory, proposed, flags, context);
    for (const note of proposed.notes) await io.stderr.write(`note: ${note}\n`);
    const isBuilt =
      !flags['no-build'] && (!flags.interactive || (await confirm('Build it?', context)));
    if (isBuilt) await buildParts(directory, proposed, flags, context);
    return 0;
  },
});

async function chosenParts(
  directory: string,
  { part, interactive }: Flags,
  context: CommandContext,
): Promise<readonly string[]> {
  if (!interactive || part.length > 0) return part;
  const api = await context.api();
  const { parts } = await api.proposeDockerfile({ directory, signal: context.signal });
  if (parts.length < 2) return [];
  const list = parts.map((one) => `  ${one.directory}: ${one.label}\n`).join('');
  const answer = await context.io.question(`${list}Which of these (default: all)? `);
  return (answer ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

async function confirm(question: string, { io }: CommandContext): Promise<boolean> {
  const answer = (await io.question(`${question} [Y/n] `))?.trim().toLowerCase();
  return answer !== undefined && !answer.startsWith('n');
}

async function writeFiles(
  directory: string,
  { dockerfile, ignoreFile }: ProposedDockerfile,
  { force }: Flags,
  { io }: CommandContext,
): Promise<void> {
  await write(join(directory, 'Dockerfile'), dockerfile, force);
  const ignorePath = join(directory, '.dockerignore');
  const isKept = !force && existsSync(ignorePath);
  if (!isKept) await write(ignorePath, ignoreFile, force);
  const rest = isKept ? `; ${ignorePath} stays as it is` : ` and ${ignorePath}`;
  await io.stderr.write(`wrote ${join(directory, 'Dockerfile')}${rest}\n`);
}

/** @throws AppError INIT_EXISTS, EXPORT_DESTINATION */
async function write(path: string, text: string, force: boolean): Promise<void> {
  if (force) {
    const { writeTo } = await import('../../destination/index.ts');
    await writeTo(path, textStream(text));
    return;
  }
  try {
    // Fails if there is anything, also a link to a file elsewhere.
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      const { writeFailure } = await import('../../destination/index.ts');
      throw writeFailure(path, error);
    }
    throw new AppError('INIT_EXISTS', `'${path}' exists`, {
      hint: 'write over it with --force, or look at the proposal with --print',
      cause: error,
    });
  }
}

async function buildParts(
  directory: string,
  { parts, bases }: ProposedDockerfile,
  flags: Flags,
  context: CommandContext,
): Promise<void> {
  const api = await context.api();
  const { signal, io } = context;
  const root = rootOf(flags, context);
  for (const name of bases) await provideBase(api, name, { root, signal });
  for (const part of parts) {
    const tag = imageName(directory, part, { tag: flags.tag, isOnly: parts.length === 1 });
    const display = makeDisplay(progressKind(flags.progress, context), context);
    const result = await displaying(display, () =>
      api.build({
        ...{ context: directory, target: part.target, tags: [tag], root, signal },
        caCertificates: flags['ca-certificates'],
        onEvent: (event) => display.handle(event),
      }),
    );
    await io.stdout.write(weightOf(tag, result, part));
  }
}

/** From its registry, else made from Debian packages: a build would only pull it. */
async function provideBase(
  api: Lamina,
  name: string,
  { root, signal }: { readonly root: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const isThere = await api
    .inspectImages({ images: [name], root, signal })
    .then(({ missing }) => missing.length === 0, ignoreFailure);
  if (isThere) return;
  const isPulled = await api
    .pullImages({ image: name, root, signal })
    .then(() => true, ignoreFailure);
  // If that fails too, the build says what is missing.
  if (!isPulled) await api.makeBase({ name, root, signal }).catch(ignoreFailure);
}

function ignoreFailure(error: unknown): false {
  if (error instanceof AppError && error.code !== 'BUILD_CANCELLED') return false;
  throw error;
}

function imageName(
  directory: string,
  part: ProjectPart,
  { tag, isOnly }: { readonly tag: string | undefined; readonly isOnly: boolean },
): string {
  const own = basename(resolve(directory))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const name = tag ?? (own === '' ? 'app' : own);
  if (isOnly) return name;
  const [, repository = name, version = ''] = /^(.*?)(:[^:/]*)?$/.exec(name) ?? [];
  return `${repository}-${part.directory.toLowerCase()}${version}`;
}

function weightOf(tag: string, { summary }: BuildResult, { port }: ProjectPart): string {
  const [image] = summary.images;
  const size =
    image?.bytes === undefined ? '' : `${humanSize(image.bytes)} in ${image.layerCount} layers`;
  const left =
    summary.leftBehindBytes > 0
      ? `, ${humanSize(summary.leftBehindBytes)} left behind in other stages`
      : '';
  const where = port === undefined ? '' : `, then http://127.0.0.1:${port}/`;
  return `${tag}: ${size}${left}\nstart it with: lamina run --rm ${tag}${where}\n`;
}
