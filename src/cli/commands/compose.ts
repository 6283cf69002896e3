import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { BakeOptions } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { namespaceOfFlags } from '../user-namespace.ts';
import { keyValues } from '../values.ts';
import { bakeExecutionFlags, bakeTargets, executionOptions, impliedOverrides } from './bake.ts';
import { buildFlags } from './build-flags.ts';

const WHAT = 'Project';

const flags = {
  file: {
    kind: 'list',
    short: 'f',
    value: 'path',
    group: WHAT,
    help: 'Compose file; later files override earlier ones (default: compose.yaml or docker-compose.yml, and the override file beside it)',
  },
  'project-name': {
    kind: 'text',
    short: 'p',
    value: 'name',
    group: WHAT,
    help: 'name of the project (default: that of the directory)',
  },
  'project-directory': {
    kind: 'text',
    value: 'directory',
    group: WHAT,
    help: 'what paths are relative to (default: the directory of the first file)',
  },
  'build-arg': { ...buildFlags['build-arg'], group: WHAT },
  'with-dependencies': {
    kind: 'switch',
    group: WHAT,
    help: 'also build the services that the given ones depend on',
  },
  quiet: {
    kind: 'switch',
    short: 'q',
    group: WHAT,
    help: 'suppress the progress output, and print the image IDs',
  },
  profile: {
    kind: 'list',
    value: 'name',
    help: 'activate a profile',
    noEffect: 'services of all profiles can be built',
  },
  ...bakeExecutionFlags,
} as const satisfies FlagTable;

type Flags = FlagValues<typeof flags>;

export const composeCommand = defineCommand({
  usage: '[OPTIONS] build [OPTIONS] [SERVICE...]',
  summary: 'build the services of Compose files: compose build',
  description: [
    'Builds the images of the services that have a build section, all at once. As with `docker compose build`, a service ' +
      'without image: gets the name PROJECT-SERVICE. Services without a build section are left out.',
    'lamina builds images, and runs no services.',
  ],
  flags,
  args: [1, Number.MAX_SAFE_INTEGER],
  namespace: namespaceOfFlags,
  missing: 'the command is `lamina compose build`',
  examples: [
    { command: 'lamina compose build', text: 'build all services of compose.yaml' },
    {
      command: 'lamina compose -f prod.yaml build --pull web',
      text: 'build one service, on the newest base images',
    },
  ],
  async run({ flags: given, args: [verb, ...services] }, context) {
    if (verb !== 'build') {
      throw new AppError('CLI_NOT_YET', `lamina compose ${verb} is not supported`, {
        expected: 'build',
        hint: 'lamina builds the images of services; run one with `lamina run`',
      });
    }
    const project = projectOf(given, context.env);
    const options: BakeOptions = {
      ...project,
      targets: services,
      composeDependencies: given['with-dependencies'],
      overrides: [...impliedOverrides(given), ...argumentOverrides(given, context.env)],
      // Compose files are trusted as a command line is: they may name any directory.
      allow: ['fs=*', 'network.host', 'security.insecure'],
      ...executionOptions(given, context),
    };
    return bakeTargets(options, given, context);
  },
});

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = NAMES.map((name) => name.replace(/\.(?=ya?ml$)/, '.override.'));

/** The files, the directory and the name of a project. */
function projectOf(
  given: Flags,
  env: Readonly<Record<string, string | undefined>>,
): Pick<BakeOptions, 'files' | 'directory' | 'composeProject'> {
  const named =
    given.file.length > 0
      ? given.file
      : (env.COMPOSE_FILE ?? '').split(env.COMPOSE_PATH_SEPARATOR || ':');
  const files = named.filter((name) => name !== '');
  const found = files.length > 0 ? files : defaultFiles('.');
  const [first = '.'] = found;
  const directory = resolve(given['project-directory'] ?? dirname(first));
  const name = given['project-name'] ?? env.COMPOSE_PROJECT_NAME ?? basename(directory);
  return {
    directory,
    files: found.map((file) => resolve(file)),
    composeProject: name
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '')
      .replace(/^[_-]+/, ''),
  };
}

function defaultFiles(directory: string): string[] {
  const there = (name: string) => existsSync(resolve(directory, name));
  const main = NAMES.find(there);
  if (main === undefined) {
    throw new AppError('BAKE_FILE_NOT_FOUND', 'there is no Compose file here', {
      expected: NAMES.join(', '),
      hint: 'name the file with -f',
    });
  }
  const override = OVERRIDES.find(there);
  return override === undefined ? [main] : [main, override];
}

function argumentOverrides(
  given: Flags,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.entries(keyValues(given['build-arg'], '--build-arg', env)).map(
    ([name, value]) => `*.args.${name}=${value}`,
  );
}
