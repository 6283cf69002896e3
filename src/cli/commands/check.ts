import type { ImageCheck, ImageLimits } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import {
  type CheckOutput,
  checkDocument,
  flagFault,
  limitOf,
  limitsInFiles,
  merged,
  renderGithub,
  renderGitlab,
  renderJunit,
  renderSarif,
} from '../check/index.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { imagePlatformFlag } from '../image-platform-flag.ts';
import { jsonText } from '../json-text.ts';
import { renderMarkdown, renderText } from '../report/index.ts';
import { secretSource } from '../step-values.ts';
import { namespaceOfStore } from '../user-namespace.ts';

const LIMITS = 'Limits';

/** Their names are those of `lamina.toml`. */
const limitFlags = {
  'max-size': { kind: 'text', value: 'size', group: LIMITS, help: 'bytes that the layers ship' },
  'max-compressed': {
    kind: 'text',
    value: 'size',
    group: LIMITS,
    help: 'bytes of the compressed layers with config and manifest: what a pull downloads',
  },
  'max-reclaimable': {
    kind: 'text',
    value: 'size',
    group: LIMITS,
    help: 'bytes that are shipped, but hidden by later layers',
  },
  'max-layers': { kind: 'text', value: 'n', group: LIMITS, help: 'layers with a file system' },
  'min-efficiency': {
    kind: 'text',
    value: 'ratio',
    group: LIMITS,
    help: "dive's efficiency, from 0 to 1",
  },
  'max-wasted-bytes': {
    kind: 'text',
    value: 'size',
    group: LIMITS,
    help: "dive's wasted bytes (highestWastedBytes)",
  },
  'max-user-wasted': {
    kind: 'text',
    value: 'ratio',
    group: LIMITS,
    help: "dive's wasted part of the layers above the lowest, from 0 to 1 (highestUserWastedPercent)",
  },
  'non-root': { kind: 'switch', group: LIMITS, help: 'the image must not run as root' },
  'no-shell': { kind: 'switch', group: LIMITS, help: 'the image must not have a shell' },
  'no-setuid': { kind: 'switch', group: LIMITS, help: 'no file may be setuid or setgid' },
  'no-secrets': {
    kind: 'switch',
    group: LIMITS,
    help: 'nothing may look like a secret: files of all layers, variables, labels, history',
  },
  'no-package-manager': {
    kind: 'switch',
    group: LIMITS,
    help: 'the image must not have a package manager',
  },
  base: {
    kind: 'list',
    value: 'image',
    group: LIMITS,
    help: 'the image must be based on this one, or on another --base; * stands for any characters',
  },
} as const satisfies FlagTable;

export const checkCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'check an image against limits, for CI',
  description: [
    'Checks an image against limits, from options, the table [check] of lamina.toml, and the .dive-ci of dive. An option ' +
      'counts before lamina.toml, and that before .dive-ci. Without any limit, shows everything there is to say.',
    'IMAGE is a name or an ID in the store, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker).',
    'Sizes are bytes, or have a unit: 10MB is 10,000,000 bytes, 10MiB is 10,485,760.',
    'The exit status is 0 if the image passes, 1 if it exceeds a limit, and 2 if it could not be checked (125 for an invalid ' +
      'command line or file).',
  ],
  flags: {
    ...limitFlags,
    ...imagePlatformFlag,
    secret: {
      kind: 'list',
      value: 'id=name,src=path',
      help: 'a secret of the build to look for, also encoded and compressed; implies --no-secrets; as for build, env=NAME takes a variable',
    },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json', 'junit', 'sarif', 'github', 'gitlab', 'markdown'],
      help: 'output format (default: text)',
    },
    config: {
      kind: 'text',
      value: 'path',
      help: 'TOML file with a table [check] (default: lamina.toml, if it is there)',
    },
    'ci-config': {
      kind: 'text',
      value: 'path',
      help: 'YAML file with the rules of dive (default: .dive-ci, if it is there)',
    },
    ci: { kind: 'switch', help: "use dive's default rules where there is no .dive-ci" },
    dockerfile: {
      kind: 'text',
      value: 'path',
      help: 'the Dockerfile that findings point to, as a path in the repository (default: Dockerfile)',
    },
    ...storeFlags,
  },
  args: [1, 1],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina check app', text: 'see what could be checked' },
    {
      command: 'lamina check --max-size 100MB --non-root --no-secrets app',
      text: 'fail if the image is too large, runs as root or ships secrets',
    },
    {
      command: 'lamina check --format sarif docker://example.com/app:1.0 > check.sarif',
      text: 'check an image of a registry, for code scanning',
    },
    {
      command: "lamina check --base docker://debian:12-slim --base 'gcr.io/distroless/*' app",
      text: 'allow two base images',
    },
  ],
  async run({ flags, args, given }, context) {
    const [image = ''] = args;
    const { config, 'ci-config': ciConfig } = flags;
    const fromFiles = await limitsInFiles({
      ...{ config, ciConfig, ci: flags.ci },
      signal: context.signal,
    });
    const secrets = flags.secret.map((text) => secretSource(text, context.env));
    const implied = secrets.length > 0 ? { noSecrets: true } : {};
    const limits = merged(fromFiles, implied, ...limitsGiven(flags, given));
    const api = await context.api();
    const { platform, dockerfile = 'Dockerfile', format = 'text' } = flags;
    const root = rootOf(flags, context);
    const { signal } = context;
    const check = await api.checkImage({ image, platform, limits, secrets, root, signal });
    const output = { name: check.image.names[0] ?? image, dockerfile };
    await context.io.stdout.write(rendered(check, format, { ...output, ...context }));
    throwIncomplete(check);
    return check.passed ? 0 : 1;
  },
});

type Given = Readonly<Record<string, unknown>>;

function limitsGiven(flags: Given, given: ReadonlySet<string>): ImageLimits[] {
  return Object.keys(limitFlags).flatMap((name) => {
    if (!given.has(name)) return [];
    const value = flags[name];
    return limitOf(name, value, flagFault(`--${name}`, String(value)));
  });
}

function rendered(
  check: ImageCheck,
  format: string,
  { io, ...output }: CheckOutput & Pick<CommandContext, 'io'>,
): string {
  switch (format) {
    case 'json':
      return jsonText(check);
    case 'junit':
      return renderJunit(check, output);
    case 'sarif':
      return renderSarif(check, output);
    case 'github':
      return renderGithub(check, output);
    case 'gitlab':
      return renderGitlab(check, output);
    case 'markdown':
      return renderMarkdown(checkDocument(check, output));
    default:
      return renderText(checkDocument(check, output), io.stdout.size().columns);
  }
}

/** What passed may be worse than what was read of it. */
function throwIncomplete({ problems: [first, ...others] }: ImageCheck): void {
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new AppError(
    'CHECK_INCOMPLETE',
    `layer ${first.layer} could not be checked${more}: ${first.message}`,
    {
      hint: 'the image is damaged, or of a format that lamina cannot read; build or pull it again',
    },
  );
}
