import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { layerProblemText, type UnreadLayer } from '../layer-problem.ts';
import { refuseUnwritable, writeResult } from '../result-files.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const exploreCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE]',
  summary: 'look into an image in the terminal or a browser',
  description: [
    'Shows the layers of an image with the instructions that made them, the files after each layer with what it added, changed ' +
      'and removed, the largest files, what is shipped but hidden, leftovers of builds, and packages. Files can be viewed and ' +
      'extracted to the current directory. Press ? for the keys; the keys of dive work.',
    '--web serves a page to browsers of this machine, until Ctrl-C, and prints the URL to open. --html writes it as one file, ' +
      'for example for the artifacts of a CI job. A second image is compared with the first.',
    'IMAGE is a name or an ID in the store, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker). Nothing is written to the store.',
    'If a layer cannot be read, the page has the others, and --html ends with the exit status 1.',
  ],
  flags: {
    web: { kind: 'switch', help: 'serve a page to browsers of this machine' },
    html: { kind: 'text', value: 'file', help: 'write the page as one self-contained file' },
    platform: { kind: 'text', value: 'os/arch', help: 'which image of an index' },
    ...storeFlags,
  },
  args: [1, 2],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina explore hello', text: 'look into an image of the store' },
    { command: 'lamina explore docker://alpine:3.20', text: 'look into an image of a registry' },
    { command: 'lamina explore --web hello', text: 'open the printed URL in a browser' },
    {
      command: 'lamina explore --html image.html docker://alpine:3.20',
      text: 'write a page that needs no server',
    },
    { command: 'lamina explore --web app:1 app:2', text: 'show two images side by side' },
  ],
  async run({ flags, args }, context) {
    const [image = '', against] = args;
    const { web, html, platform } = flags;
    const options = {
      ...{ image, against, platform, root: rootOf(flags, context), signal: context.signal },
    };
    if (web && html !== undefined) {
      throw new AppError('CLI_USAGE', "'lamina explore' takes either --web or --html FILE", {
        hint: "see 'lamina explore --help'",
      });
    }
    if (html !== undefined) return writePage(html, options, context);
    if (web) await servePage(options, context);
    else await onTerminal(options, context);
    return 0;
  },
});

interface ExploreOptions {
  readonly image: string;
  readonly against: string | undefined;
  readonly platform: string | undefined;
  readonly root: string | undefined;
  readonly signal: AbortSignal;
}

async function writePage(
  file: string,
  options: ExploreOptions,
  context: CommandContext,
): Promise<number> {
  refuseUnwritable('html', file);
  const api = await context.api();
  const problems: string[] = [];
  const onUnread = (layer: UnreadLayer) => problems.push(layerProblemText(layer));
  await writeResult('html', file, await api.explorePage({ ...options, onUnread }), context.signal);
  await context.io.stderr.write(problems.join(''));
  return problems.length === 0 ? exitStatus.success : exitStatus.failure;
}

async function servePage(options: ExploreOptions, { api, io }: CommandContext): Promise<void> {
  const { stdout, stderr } = io;
  let printed = Promise.resolve();
  let problems = '';
  await (await api()).serveExplorer({
    ...options,
    onUnread: (layer) => {
      problems += layerProblemText(layer);
    },
    onListening: (url) => {
      printed = stdout
        .write(`${url}\n`)
        .then(() => stderr.write(`${problems}Open this URL in a browser. Press Ctrl-C to end.\n`));
    },
  });
  await printed;
}

async function onTerminal(
  { image: name, against, ...options }: ExploreOptions,
  context: CommandContext,
): Promise<void> {
  requireTerminal(context);
  const { env, signal } = context;
  const api = await context.api();
  const isComparison = against !== undefined;
  const common = { ...options, allDigests: isComparison };
  await using image = await api.exploreImage({ image: name, ...common });
  await using other = isComparison ? await api.exploreImage({ image: against, ...common }) : null;
  const { comparisonOptions, explorerOptions, runExplorer } = await import('../../tui/index.ts');
  const { openTerminal } = await import('../explore-terminal.ts');
  const shown =
    other === null
      ? { ...explorerOptions({ image, name }), read: image.read }
      : comparisonOptions({ image, name }, { image: other, name: against ?? '' });
  const style = { color: (env.NO_COLOR ?? '') === '', unicode: isUnicode(env) };
  using terminal = openTerminal(signal);
  await runExplorer({ ...shown, terminal, style, signal, directory: '.' });
}

function requireTerminal({ io, env }: CommandContext): void {
  if (io.stdinIsTerminal && io.stdout.isTerminal && env.TERM !== 'dumb') return;
  throw new AppError('CLI_NO_TERMINAL', '`lamina explore` needs a terminal', {
    hint: 'use `lamina report IMAGE`, which prints what is in an image',
  });
}

/**
 * Without a word of the user the terminal is taken for one of the last ten years. The console of Linux has few signs in its
 * font, and hardware terminals have none.
 */
function isUnicode({ LC_ALL, LC_CTYPE, LANG, TERM = '' }: CommandContext['env']): boolean {
  if (/^(?:linux|vt\d+)(?:-|$)/.test(TERM)) return false;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((one) => one !== undefined && one !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
