/** npm, pnpm and Yarn: how each installs from its lock file. */
import type { Values } from '../manifest.ts';
import { has, type ProjectFiles } from '../project-files.ts';

export interface PackageManager {
  readonly name: string;
  /** Instructions that install it. */
  readonly setup: readonly string[];
  readonly install: string;
  readonly installProduction: string;
  copyManifests(path: (file: string) => string): string;
  run(script: 'build'): string;
}

const VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** By `packageManager`, else by the lock file; npm without either. */
export function packageManagerOf(files: ProjectFiles, manifest: Values): PackageManager {
  const [, wanted, version = ''] =
    /^(npm|pnpm|yarn)@([^+]*)/.exec(String(manifest.packageManager ?? '')) ?? [];
  const given = VERSION.test(version) ? version : undefined;
  if (wanted === 'pnpm' || (wanted === undefined && has(files, 'pnpm-lock.yaml'))) {
    return pnpm(files, given ?? pnpmMajor(files));
  }
  if (wanted === 'yarn' || (wanted === undefined && has(files, 'yarn.lock'))) {
    const isBerry =
      /^__metadata:/m.test(files.text('yarn.lock') ?? '') || /^[2-9]/.test(given ?? '');
    return isBerry ? berry(files, given ?? '4') : classic(files, given ?? '1');
  }
  return npm(files);
}

function manifests(files: ProjectFiles, ...names: readonly string[]) {
  const there = ['package.json', ...names].filter((name) => has(files, name));
  return (path: (file: string) => string) => `COPY ${there.map(path).join(' ')} ./`;
}

function cached(directory: string, command: string): string {
  return `RUN --mount=type=cache,target=${directory} \\\n    ${command}`;
}

function npm(files: ProjectFiles): PackageManager {
  const isLocked = has(files, 'package-lock.json', 'npm-shrinkwrap.json');
  const install = isLocked ? 'npm ci' : 'npm install';
  return {
    name: 'npm',
    setup: [],
    install: cached('/root/.npm', install),
    installProduction: cached('/root/.npm', `${install} --omit=dev && mkdir -p node_modules`),
    copyManifests: manifests(files, 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'),
    run: (script) => `RUN npm run ${script}`,
  };
}

function pnpm(files: ProjectFiles, version: string): PackageManager {
  const frozen = has(files, 'pnpm-lock.yaml') ? ' --frozen-lockfile' : '';
  const store = '/root/.local/share/pnpm/store';
  const install = `pnpm install${frozen} --store-dir=${store}`;
  return {
    name: 'pnpm',
    setup: [cached('/root/.npm', `npm install --global pnpm@${version}`)],
    install: cached(store, install),
    installProduction: cached(store, `${install} --prod && mkdir -p node_modules`),
    copyManifests: manifests(files, 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'),
    run: (script) => `RUN pnpm run ${script}`,
  };
}

/** The version of pnpm that writes this kind of lock file and runs on Node.js 20. */
function pnpmMajor(files: ProjectFiles): string {
  const [, version = '9'] =
    /lockfileVersion: *'?(\d+)/.exec(files.text('pnpm-lock.yaml') ?? '') ?? [];
  return Number(version) >= 9 ? '10' : '8';
}

function classic(files: ProjectFiles, version: string): PackageManager {
  const cache = '/usr/local/share/.cache/yarn';
  const frozen = has(files, 'yarn.lock') ? ' --frozen-lockfile' : '';
  return {
    name: 'Yarn',
    setup: [cached('/root/.npm', `npm install --global yarn@${version}`)],
    install: cached(cache, `yarn install${frozen}`),
    installProduction: cached(cache, `yarn install${frozen} --production && mkdir -p node_modules`),
    copyManifests: manifests(files, 'yarn.lock', '.npmrc', '.yarnrc'),
    run: (script) => `RUN yarn run ${script}`,
  };
}

function berry(files: ProjectFiles, version: string): PackageManager {
  const cache = '/root/.yarn/berry/cache';
  const linker = 'YARN_NODE_LINKER=node-modules';
  return {
    name: `Yarn ${version.split('.', 1)[0]}`,
    setup: [cached('/root/.npm', `npm install --global @yarnpkg/cli-dist@${version}`)],
    install: cached(cache, `${linker} yarn install --immutable`),
    installProduction: cached(
      cache,
      `${linker} yarn workspaces focus --production && mkdir -p node_modules`,
    ),
    copyManifests: manifests(files, 'yarn.lock', '.yarnrc.yml'),
    run: (script) => `RUN yarn run ${script}`,
  };
}
