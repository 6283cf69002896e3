/** Node.js: servers, Next.js, and front ends that are files in the end. */
import { parseManifest, plainName, type Values, valuesOf } from '../manifest.ts';
import { has, type ProjectFiles, search } from '../project-files.ts';
import { aptInstall, DEBIAN, distroless, exec, healthcheck, type Recipe } from '../recipe.ts';
import { type PackageManager, packageManagerOf } from './package-manager.ts';
import { serveStages } from './serve.ts';

/** Directories that front ends are built to, by the package that builds them. */
const FRONT_ENDS: Readonly<Record<string, string>> = {
  vite: 'dist',
  astro: 'dist',
  'react-scripts': 'build',
  '@vue/cli-service': 'dist',
  parcel: 'dist',
  '@docusaurus/core': 'build',
};
const SERVER_PACKAGES = [
  ...['express', 'fastify', 'koa', 'hono', '@hono/node-server', '@nestjs/core', '@hapi/hapi'],
  ...['polka', 'restify', 'socket.io', '@feathersjs/express', '@adonisjs/core'],
];
const IGNORED = ['node_modules', 'dist', 'build', '.next', 'coverage', 'npm-debug.log'];
const MAIN_FILES = ['server.js', 'index.js', 'app.js', 'src/index.js', 'src/server.js', 'main.js'];

/** @throws AppError INIT_MANIFEST */
export function nodeRecipe(files: ProjectFiles): Recipe | undefined {
  if (!has(files, 'package.json')) return undefined;
  const manifest = parseManifest('package.json', files.text('package.json') ?? '', JSON.parse);
  const project: NodeProject = {
    files,
    manifest,
    scripts: valuesOf(manifest.scripts),
    packages: { ...valuesOf(manifest.devDependencies), ...valuesOf(manifest.dependencies) },
    manager: packageManagerOf(files, manifest),
  };
  if ('next' in project.packages) return nextRecipe(project);
  if ('@sveltejs/kit' in project.packages) return svelteKitRecipe(project);
  const angular = angularOutput(project);
  if (angular !== undefined) return frontEndRecipe(project, angular, 'angular');
  const isServer = SERVER_PACKAGES.some((name) => name in valuesOf(manifest.dependencies));
  const builder = Object.keys(FRONT_ENDS).find((name) => name in project.packages);
  if (builder !== undefined && !isServer && 'build' in project.scripts) {
    return frontEndRecipe(project, FRONT_ENDS[builder] ?? 'dist', builder);
  }
  return serverRecipe(project);
}

interface NodeProject {
  readonly files: ProjectFiles;
  readonly manifest: Values;
  readonly scripts: Values;
  readonly packages: Values;
  readonly manager: PackageManager;
}

function toolStage({ manager }: NodeProject, name: string): readonly string[] {
  return [
    `FROM ${DEBIAN} AS ${name}`,
    aptInstall('ca-certificates', 'nodejs', 'npm'),
    ...manager.setup,
    'WORKDIR /app',
  ];
}

function buildStage(project: NodeProject, from: string, name: string) {
  const { manager, scripts } = project;
  return (path: (file: string) => string) => [
    `FROM ${from} AS ${name}`,
    manager.copyManifests(path),
    manager.install,
    `COPY ${path('.')} ./`,
    ...('build' in scripts ? [manager.run('build')] : []),
  ];
}

function frontEndRecipe(project: NodeProject, output: string, builder: string): Recipe {
  return {
    label: `Node.js, ${project.manager.name}, front end (${builder})`,
    port: 8080,
    ignored: IGNORED,
    bases: [DEBIAN],
    stages: ({ path, stage }) => [
      ...toolStage(project, stage('node')),
      ...buildStage(project, stage('node'), stage('build'))(path),
      ...serveStages(stage('web'), `--from=${stage('build')} /app/${output}`, {
        isSinglePage: true,
      }),
    ],
  };
}

/** What SvelteKit builds depends on its adapter: a server, or files. */
function svelteKitRecipe(project: NodeProject): Recipe {
  if ('@sveltejs/adapter-static' in project.packages) {
    return frontEndRecipe(project, 'build', 'sveltekit');
  }
  const recipe = serverRecipe(project, { port: 3000, command: ['build'] });
  if ('@sveltejs/adapter-node' in project.packages) return recipe;
  const note =
    'SvelteKit needs @sveltejs/adapter-node to run in an image: install it, and set it as the adapter';
  return { ...recipe, notes: [note] };
}

/** Where `ng build` puts the files of the first application; undefined if it is no project of Angular. */
function angularOutput({ files, scripts }: NodeProject): string | undefined {
  if (!has(files, 'angular.json') || !('build' in scripts)) return undefined;
  const workspace = parseManifest('angular.json', files.text('angular.json') ?? '', JSON.parse);
  const [name] = Object.keys(valuesOf(workspace.projects));
  if (name === undefined) return undefined;
  return `dist/${plainName(name, 'angular.json')}/browser`;
}

function nextRecipe(project: NodeProject): Recipe {
  const configs = ['next.config.js', 'next.config.mjs', 'next.config.ts'];
  const isStandalone = search(project.files, configs, /output:\s*['"]standalone['"]/) !== undefined;
  const copied = isStandalone
    ? [
        ['/app/.next/standalone', './'],
        ['/app/.next/static', './.next/static'],
      ]
    : // The cache of its compiler is larger than all else.
      [['--exclude=cache /app/.next', './.next']];
  const server = isStandalone ? ['server.js'] : ['node_modules/next/dist/bin/next', 'start'];
  const hasPublic = project.files.paths.some((path) => path.startsWith('public/'));
  return {
    label: `Node.js, ${project.manager.name}, Next.js${isStandalone ? ' (standalone)' : ''}`,
    port: 3000,
    ignored: IGNORED,
    notes: isStandalone
      ? []
      : [
          "output: 'standalone' in next.config makes the image much smaller: run lamina init again with it",
        ],
    bases: [DEBIAN, distroless('nodejs20')],
    stages: ({ path, stage }) => [
      ...toolStage(project, stage('node')),
      ...(isStandalone ? [] : productionStage(project, stage('node'), stage('deps'))(path)),
      ...buildStage(project, stage('node'), stage('build'))(path),
      ...runtimeHead(stage('app')),
      ...(isStandalone ? [] : [`COPY --from=${stage('deps')} /app/node_modules ./node_modules`]),
      ...copied.map(
        ([from, to]) => `COPY --from=${stage('build')} --chown=65532:65532 ${from} ${to}`,
      ),
      ...(hasPublic ? [`COPY --from=${stage('build')} /app/public ./public`] : []),
      `COPY ${path('package.json')} ./`,
      'ENV NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0',
      ...runtimeTail(3000, server),
    ],
  };
}

interface Started {
  readonly port: number | undefined;
  /** Words after `node`. */
  readonly command: readonly string[];
  readonly note?: string | undefined;
}

function startOf(project: NodeProject): Started {
  const listens =
    SERVER_PACKAGES.some((name) => name in project.packages) || sourcePort(project) !== undefined;
  return { port: listens ? (sourcePort(project) ?? 3000) : undefined, ...commandOf(project) };
}

function serverRecipe(project: NodeProject, started: Started = startOf(project)): Recipe {
  const { manager, manifest } = project;
  const { port, command, note } = started;
  const dependencies = Object.keys(valuesOf(manifest.dependencies)).length > 0;
  return {
    label: `Node.js, ${manager.name}, ${port === undefined ? 'program' : 'server'}`,
    port,
    ignored: IGNORED,
    notes: note === undefined ? [] : [note],
    bases: [DEBIAN, distroless('nodejs20')],
    stages: ({ path, stage }) => [
      ...toolStage(project, stage('node')),
      ...(dependencies ? productionStage(project, stage('node'), stage('deps'))(path) : []),
      ...buildStage(project, stage('node'), stage('build'))(path),
      ...runtimeHead(stage('app')),
      ...(dependencies ? [`COPY --from=${stage('deps')} /app/node_modules ./node_modules`] : []),
      `COPY --from=${stage('build')} --exclude=node_modules /app ./`,
      ...runtimeTail(port, command),
    ],
  };
}

function productionStage({ manager }: NodeProject, from: string, name: string) {
  return (path: (file: string) => string) => [
    `FROM ${from} AS ${name}`,
    manager.copyManifests(path),
    manager.installProduction,
  ];
}

function runtimeHead(name: string): readonly string[] {
  return [`FROM ${distroless('nodejs20')} AS ${name}`, 'WORKDIR /app'];
}

/** @param command words after `node`, which is the entry point of the image */
function runtimeTail(port: number | undefined, command: readonly string[]): readonly string[] {
  // Without a listener, the error that nothing handles ends it with 1.
  const check = "const s = require('net').connect(require('process').env.PORT, () => s.end())";
  return [
    `ENV NODE_ENV=production${port === undefined ? '' : ` PORT=${port}`}`,
    ...(port === undefined ? [] : [`EXPOSE ${port}`, healthcheck('/nodejs/bin/node', '-e', check)]),
    'USER 65532:65532',
    `CMD ${exec(...command)}`,
  ];
}

/** What `npm start` runs, without npm and without a shell. */
function commandOf({ files, manifest, scripts, packages }: NodeProject): Omit<Started, 'port'> {
  const start = typeof scripts.start === 'string' ? scripts.start : undefined;
  const fastify = /^fastify start((?:\s+[\w@./:=-]+)+)\s*$/.exec(start ?? '')?.[1];
  if (fastify !== undefined && 'fastify-cli' in packages) {
    const given = fastify.trim().split(/\s+/);
    const address = ['--address', '0.0.0.0'];
    return { command: ['node_modules/fastify-cli/cli.js', 'start', ...address, ...given] };
  }
  const words = /^node((?:\s+[\w@./:=-]+)+)\s*$/
    .exec(start ?? '')?.[1]
    ?.trim()
    .split(/\s+/);
  if (words !== undefined) return { command: words };
  const main = typeof manifest.main === 'string' ? manifest.main : undefined;
  const candidates = [compiledMain(files), main, ...MAIN_FILES.filter((file) => has(files, file))];
  const [found = 'index.js'] = candidates.filter((one) => one !== undefined);
  if (start === undefined && candidates.some((one) => one !== undefined))
    return { command: [found] };
  const shown = JSON.stringify(found);
  return {
    command: [found],
    note:
      start === undefined
        ? `no program was found: the image runs ${shown}; set CMD to the one to run`
        : `the image runs ${shown}: change CMD if "start" in package.json does more than that`,
  };
}

/** What the compiler of TypeScript makes of the entry point. */
function compiledMain(files: ProjectFiles): string | undefined {
  const output = search(files, ['tsconfig.json'], /"outDir"\s*:\s*"(?:\.\/)?([\w./-]+?)\/?"/);
  const source = ['main', 'index', 'server', 'app'].find((name) => has(files, `src/${name}.ts`));
  if (output === undefined || source === undefined) return undefined;
  const isAtRoot = search(files, ['tsconfig.json'], /"rootDir"\s*:\s*"\.\/?"/) !== undefined;
  return `${output.groups[0]}/${isAtRoot ? 'src/' : ''}${source}.js`;
}

function sourcePort({ files }: NodeProject): number | undefined {
  const sources = files.paths.filter((path) => /^(?:src\/)?[\w-]+\.[cm]?[jt]s$/.test(path));
  const found = search(files, sources, /(?:\.listen\(|\bPORT\s*(?:\|\||\?\?)\s*)['"]?(\d{2,5})\b/);
  return found === undefined ? undefined : Number(found.groups[0]);
}
