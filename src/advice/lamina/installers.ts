/** Programs that install the dependencies of a project, with the files that say which. */
import { hasOption, hasWord, operandsOf, type ShellCommand, valuesOf } from '../../shell/index.ts';
import { isPipInstall } from '../making/pip.ts';

export interface Installer {
  readonly name: string;
  /** Whether the command installs what the manifests say, and no packages of its command line. */
  readonly installs: (command: ShellCommand) => boolean;
  /** Names in the top directory of the context; those that are there are needed. */
  readonly manifests: (command: ShellCommand) => readonly string[];
  /** Where it keeps downloads, for root. Undefined: nowhere, or nowhere of use. */
  readonly cache?: string;
  /** Removes what it keeps. */
  readonly cleanup?: string;
}

const NPM = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'];

/** Whether nothing but options follows the verb. */
function hasOnly(command: ShellCommand, ...verbs: readonly string[]): boolean {
  const [verb, ...rest] = operandsOf(command).map(({ value }) => value);
  return verb !== undefined && verbs.includes(verb) && rest.length === 0;
}

export const INSTALLERS: readonly Installer[] = [
  {
    name: 'npm',
    installs: (command) =>
      command.name === 'npm' &&
      hasOnly(command, 'install', 'i', 'ci') &&
      !hasOption(command, 'g', 'global'),
    manifests: () => NPM,
    cache: '/root/.npm',
    cleanup: 'npm cache clean --force',
  },
  {
    name: 'yarn',
    installs: (command) =>
      command.name === 'yarn' && (command.words.length === 0 || hasOnly(command, 'install')),
    manifests: () => ['package.json', 'yarn.lock', '.yarnrc.yml', '.yarnrc', '.npmrc'],
    cache: '/usr/local/share/.cache/yarn',
    cleanup: 'yarn cache clean',
  },
  {
    name: 'pnpm',
    installs: (command) => command.name === 'pnpm' && hasOnly(command, 'install', 'i', 'fetch'),
    manifests: () => ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'],
    cache: '/root/.local/share/pnpm/store',
  },
  {
    name: 'pip',
    installs: (command) => isPipInstall(command) && hasOption(command, 'r', 'requirement'),
    manifests: (command) =>
      [...valuesOf(command, 'r'), ...valuesOf(command, 'requirement')].map(({ value }) =>
        value.replace(/^\.\//, ''),
      ),
  },
  {
    name: 'poetry',
    installs: (command) => command.name === 'poetry' && hasOnly(command, 'install'),
    manifests: () => ['pyproject.toml', 'poetry.lock'],
    cache: '/root/.cache/pypoetry',
  },
  {
    name: 'uv',
    installs: (command) => command.name === 'uv' && hasOnly(command, 'sync'),
    manifests: () => ['pyproject.toml', 'uv.lock'],
    cache: '/root/.cache/uv',
  },
  {
    name: 'bundle',
    installs: (command) =>
      command.name === 'bundle' && (hasOnly(command, 'install') || command.words.length === 0),
    manifests: () => ['Gemfile', 'Gemfile.lock'],
  },
  {
    name: 'composer',
    installs: (command) => command.name === 'composer' && hasOnly(command, 'install', 'i'),
    manifests: () => ['composer.json', 'composer.lock'],
    cache: '/root/.composer/cache',
  },
  {
    name: 'go',
    installs: (command) =>
      command.name === 'go' && hasWord(command, 'mod') && hasWord(command, 'download'),
    manifests: () => ['go.mod', 'go.sum'],
    cache: '/go/pkg/mod',
  },
  {
    name: 'cargo',
    installs: (command) => command.name === 'cargo' && hasOnly(command, 'fetch'),
    manifests: () => ['Cargo.toml', 'Cargo.lock'],
    cache: '/usr/local/cargo/registry',
  },
  {
    name: 'mvn',
    installs: (command) =>
      /^(?:mvn|mvnw|\.\/mvnw)$/.test(command.name) &&
      command.words.some(({ value }) => /^dependency:(?:go-offline|resolve)/.test(value)),
    manifests: () => ['pom.xml'],
    cache: '/root/.m2',
  },
  {
    name: 'dotnet',
    installs: (command) => command.name === 'dotnet' && hasOnly(command, 'restore'),
    manifests: () => [],
    cache: '/root/.nuget/packages',
  },
];

/** The installer whose project install this command is. */
export function installerOf(command: ShellCommand): Installer | undefined {
  return INSTALLERS.find(({ installs }) => installs(command));
}
