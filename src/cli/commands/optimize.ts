import { resolve } from 'node:path';
import type { ImageTest, OptimizeOptions, OptimizeResult, TriedChange } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagValues } from '../flags.ts';
import { shellWords } from '../shell-words.ts';
import { secretSource, sshSource } from '../step-values.ts';
import { textStream } from '../text-stream.ts';
import { unifiedDiff } from '../unified-diff.ts';
import { namespaceOfStore } from '../user-namespace.ts';
import { badValue, keyValues, namedContexts } from '../values.ts';
import { certificateSources } from './build.ts';
import { buildFlags } from './build-flags.ts';

const TEST = 'What must stay the same';
const RESULT = 'Result';

const flags = {
  file: buildFlags.file,
  'build-arg': buildFlags['build-arg'],
  'build-context': buildFlags['build-context'],
  test: {
    kind: 'text',
    value: 'words',
    group: TEST,
    help: "command to run in a container of the image in place of the image's own; its status must be 0",
  },
  'test-script': {
    kind: 'text',
    value: 'file',
    group: TEST,
    help: 'program to run on this machine while a container of the image runs, with LAMINA_IMAGE and LAMINA_ADDRESS in its environment; its status must be 0',
  },
  http: {
    kind: 'text',
    value: 'port/path',
    group: TEST,
    help: 'send a GET request to a container of the image; the status and the body must stay the same',
  },
  output: {
    kind: 'text',
    short: 'o',
    value: 'path',
    group: RESULT,
    help: 'file to write (default: the path of the Dockerfile with .optimized)',
  },
  'in-place': { kind: 'switch', group: RESULT, help: 'replace the Dockerfile' },
  diff: { kind: 'switch', group: RESULT, help: 'write nothing; print the differences' },
  format: {
    kind: 'text',
    value: 'format',
    choices: ['text', 'json'],
    group: RESULT,
    help: 'format of the report (default: text)',
  },
  'no-times': {
    kind: 'switch',
    group: RESULT,
    help: 'do not measure how long builds take, which builds everything again without the cache',
  },
  'ca-certificates': buildFlags['ca-certificates'],
  secret: buildFlags.secret,
  ssh: buildFlags.ssh,
  ...storeFlags,
} as const;

export const optimizeCommand = defineCommand({
  usage: '[OPTIONS] [PATH]',
  summary: 'make the image of a Dockerfile smaller, and prove that it still works',
  description: [
    'Builds the Dockerfile of the build context PATH (default: the working directory), learns which files its program uses, and ' +
      'changes the Dockerfile step by step: a last stage with only these files, no dependencies for development, an ignore file, an ' +
      'ordinary user. Each change is built and tested, and kept only if the test still passes and the entry point, command, ' +
      'environment, ports, working directory and labels are the same.',
    'Without a test, the container must end as before, with the same output, or keep running as before: give a test that uses the ' +
      'program as its users do, since files that no test uses may be left out. The ports of the container are those of this machine.',
    'The files that a program uses are seen with strace, which needs root and Debian package strace.',
    'Writes Dockerfile.optimized, and its ignore file beside it; the Dockerfile itself changes only with --in-place.',
  ],
  flags,
  args: [0, 1],
  namespace: namespaceOfStore,
  examples: [
    {
      command: "lamina optimize --test 'node --version'",
      text: 'keep what makes this command succeed',
    },
    {
      command: 'lamina optimize --http 8080/health --diff',
      text: 'show what would change while the server answers as before',
    },
  ],
  async run({ flags, args }, context) {
    const options = optimizeOptions(flags, args[0] ?? '.', context);
    const { io } = context;
    const api = await context.api();
    const { describeChange, describeResult } = await import('../optimize-report.ts');
    const isText = flags.format !== 'json';
    const onChange = isText
      ? (change: TriedChange) => void io.stderr.write(`${describeChange(change)}\n`)
      : undefined;
    const result = await api.optimize({ ...options, onChange });
    const written = await writeResult(result, flags, context);
    await io.stdout.write(
      isText ? describeResult(result, written) : `${JSON.stringify(result, undefined, 2)}\n`,
    );
    return 0;
  },
});

/** @throws AppError CLI_FLAG_VALUE, CLI_USAGE */
function optimizeOptions(
  given: FlagValues<typeof flags>,
  path: string,
  context: CommandContext,
): OptimizeOptions {
  const { env, signal } = context;
  return {
    context: path,
    dockerfile: given.file,
    buildArgs: keyValues(given['build-arg'], '--build-arg', env),
    buildContexts: namedContexts(given['build-context']),
    caCertificates: certificateSources(given, env),
    secrets: given.secret.map((text) => secretSource(text, env)),
    ssh: given.ssh.map(sshSource),
    test: imageTest(given),
    measureBuilds: !given['no-times'],
    root: rootOf(given, context),
    signal,
  };
}

/** @throws AppError CLI_FLAG_VALUE, CLI_USAGE */
function imageTest({ test, http, ...more }: FlagValues<typeof flags>): ImageTest | undefined {
  const script = more['test-script'];
  if ([test, http, script].filter((one) => one !== undefined).length > 1) {
    throw new AppError('CLI_USAGE', 'only one of --test, --test-script and --http can be given', {
      hint: 'let a script do several tests',
    });
  }
  if (test !== undefined) return { kind: 'command', words: shellWords(test) };
  if (script !== undefined) return { kind: 'script', file: resolve(script) };
  if (http === undefined) return undefined;
  const [, port = '', rest = ''] = /^(\d{1,5})(\/.*)?$/.exec(http) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw badValue(http, '--http', 'PORT/PATH, such as 8080/health');
  return { kind: 'http', port: Number(port), path: rest || '/' };
}

/** The files that were written. @throws AppError EXPORT_DESTINATION, OPTIMIZE_FILE_CHANGED */
async function writeResult(
  { dockerfile, ignoreFile, source }: OptimizeResult,
  given: FlagValues<typeof flags>,
  { io }: CommandContext,
): Promise<readonly string[]> {
  if (dockerfile === source.text && ignoreFile === undefined) return [];
  if (given.diff) {
    await io.stdout.write(unifiedDiff(source.path, source.text, dockerfile));
    return [];
  }
  const { replaceFile, writeTo } = await import('../../destination/index.ts');
  const path = given['in-place'] ? source.path : (given.output ?? `${source.path}.optimized`);
  if (given['in-place']) {
    const before = Buffer.from(source.text);
    if (!(await replaceFile(path, { before, after: Buffer.from(dockerfile) }))) {
      throw new AppError('OPTIMIZE_FILE_CHANGED', `'${path}' changed while it was optimized`, {
        hint: 'the file was not written: run the command again',
      });
    }
  } else await writeTo(path, textStream(dockerfile));
  if (ignoreFile === undefined) return [path];
  await writeTo(`${path}.dockerignore`, textStream(ignoreFile));
  return [path, `${path}.dockerignore`];
}
