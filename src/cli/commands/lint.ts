import type { LintConfig, LintSource } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import {
  FORMATS,
  labelSchema,
  refuseUnwritableOutputs,
  settingsText,
  threshold,
  writeFindings,
} from '../lint/index.ts';
import { namedFiles, readStandardInput } from '../source-files.ts';
import { unifiedDiff } from '../unified-diff.ts';

const RULES = 'Rules';

const lintFlags = {
  fix: {
    kind: 'text',
    value: 'which',
    bare: 'safe',
    choices: ['safe', 'all'],
    help: 'fix what can be fixed: safe (also without a value) leaves the image as it is, all may change it',
  },
  diff: {
    kind: 'switch',
    help: 'show what --fix would change, and write nothing',
  },
  format: {
    kind: 'list',
    short: 'f',
    value: 'format',
    choices: FORMATS,
    help: 'output format (default: text)',
  },
  output: {
    kind: 'list',
    short: 'o',
    value: 'path',
    help: 'file to write in place of standard output; the first one gets the first --format, and so on',
  },
  verbose: { kind: 'switch', short: 'V', help: 'print all settings to standard error first' },
  'failure-threshold': {
    kind: 'text',
    short: 't',
    value: 'severity',
    choices: ['error', 'warning', 'info', 'style', 'ignore', 'none'],
    help: 'the least severity with which the exit status is 1 (default: info)',
  },
  'no-fail': { kind: 'switch', help: 'end with 0 whatever is found' },
  context: {
    kind: 'text',
    value: 'directory',
    help: 'the build context (default: the directory of each file)',
  },
  'no-shellcheck': { kind: 'switch', help: 'do not run ShellCheck' },
  'no-color': { kind: 'switch', help: 'no colours' },
  'file-path-in-report': {
    kind: 'text',
    value: 'path',
    help: 'the name of the file in reports, other than in format text',
  },
  config: {
    kind: 'text',
    short: 'c',
    value: 'path',
    help: "hadolint's configuration file (default: .hadolint.yaml, here or in the user's directories)",
  },
  ignore: {
    kind: 'list',
    value: 'code',
    group: RULES,
    help: 'turn a rule off, or all of buildkit, hadolint, shellcheck or lamina',
  },
  error: { kind: 'list', value: 'code', group: RULES, help: 'give a rule the severity error' },
  warning: { kind: 'list', value: 'code', group: RULES, help: 'give a rule the severity warning' },
  info: { kind: 'list', value: 'code', group: RULES, help: 'give a rule the severity info' },
  style: { kind: 'list', value: 'code', group: RULES, help: 'give a rule the severity style' },
  'trusted-registry': {
    kind: 'list',
    value: 'registry',
    group: RULES,
    help: 'a registry that images may come from; * stands for any characters at one end',
  },
  'require-label': {
    kind: 'list',
    value: 'name:form',
    group: RULES,
    help: 'a label that images must have; form is text, url, email, semver, rfc3339, hash or spdx',
  },
  'strict-labels': { kind: 'switch', group: RULES, help: 'allow no other labels' },
  'disable-ignore-pragma': {
    kind: 'switch',
    group: RULES,
    help: 'pass over comments that exempt instructions from rules',
  },
  ...storeFlags,
} as const satisfies FlagTable;

export const lintCommand = defineCommand({
  usage: '[OPTIONS] [FILE...]',
  summary: 'find mistakes in Dockerfiles, and fix them',
  description: [
    "Lints Dockerfiles with BuildKit's checks, all rules of hadolint under its codes, and lamina's own; where `shellcheck` is " +
      'installed, also the scripts of RUN. Builds nothing and asks no server. FILE is a path, or - for standard input; without ' +
      'FILE, lints ./Dockerfile.',
    "Reads hadolint's configuration, its HADOLINT_ variables, and its comments: `# hadolint ignore=DL3008` above an instruction. " +
      'An option counts on top of these.',
    'The exit status is 1 if a finding is as severe as --failure-threshold. A file that cannot be read or parsed has that as ' +
      'one finding among the others.',
  ],
  flags: lintFlags,
  args: [0, Infinity],
  examples: [
    { command: 'lamina lint', text: 'lint ./Dockerfile' },
    { command: 'lamina lint --fix=all --diff', text: 'see all that could be changed' },
    { command: 'lamina lint --fix services/*/Dockerfile', text: 'apply the safe fixes' },
    {
      command: 'lamina lint -f sarif -o lint.sarif -f text -t warning',
      text: 'lint for code scanning, and for people',
    },
  ],
  async run({ flags, args, given }, context) {
    const { diff, fix, config } = flags;
    refuseUnwritableOutputs(flags);
    const api = await context.api();
    const files = await sourcesOf(args, context);
    if (fix !== undefined && !diff && files.some(({ text }) => text !== undefined)) {
      throw new AppError('CLI_USAGE', '--fix cannot change standard input', {
        expected: 'a path, or --diff',
        hint: 'give the path of the file, or add --diff to see the changes',
      });
    }
    const result = await api.lint({
      ...{ files, config, context: flags.context, settings: settingsOf(flags, given) },
      shellcheck: !flags['no-shellcheck'],
      fix: fix === 'all' ? 'all' : fix !== undefined || diff ? 'safe' : undefined,
      ...{ write: !diff, root: rootOf(flags, context), signal: context.signal },
    });
    const fails = result.files.some((file) => file.fails);
    const { io } = context;
    if (flags.verbose) await io.stderr.write(settingsText(result.config));
    if (diff) {
      for (const { file, text, fixed } of result.files) {
        await io.stdout.write(unifiedDiff(file, fixed?.before ?? text, text));
      }
    } else await writeFindings(result, flags, context);
    return fails ? 1 : 0;
  },
});

async function sourcesOf(
  args: readonly string[],
  { io }: CommandContext,
): Promise<readonly LintSource[]> {
  const sources: LintSource[] = [];
  for (const path of namedFiles(args)) {
    if (path !== '-') {
      sources.push({ path });
      continue;
    }
    sources.push({ path, text: (await readStandardInput(io)).toString('utf8') });
  }
  return sources;
}

/** What the options say; those that are not given leave it to the configuration. */
function settingsOf(flags: FlagValues<typeof lintFlags>, given: ReadonlySet<string>): LintConfig {
  const { ignore, error, warning, info, style } = flags;
  const ifGiven = <T>(name: string, value: T) => (given.has(name) ? value : undefined);
  return {
    ignored: ignore,
    override: { error, warning, info, style },
    trustedRegistries: flags['trusted-registry'],
    labelSchema: labelSchema(flags['require-label']),
    strictLabels: ifGiven('strict-labels', flags['strict-labels']),
    disableIgnorePragma: ifGiven('disable-ignore-pragma', flags['disable-ignore-pragma']),
    failureThreshold: threshold(flags['failure-threshold']),
    noFail: ifGiven('no-fail', flags['no-fail']),
  };
}
