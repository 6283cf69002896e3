/** All commands: names, a one-line summary, and the file that implements each, loaded on demand. */
import type { Command } from './command.ts';

export interface CommandEntry {
  /** The name in the help. */
  readonly name: string;
  /** Docker's other names. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly group: 'Building' | 'Images' | 'Registries' | 'Maintenance' | 'Docker compatibility';
  load(): Promise<Command>;
}

export const commandList: readonly CommandEntry[] = [
  {
    name: 'build',
    aliases: ['image build', 'builder build', 'buildx build', 'buildx b'],
    summary: 'build an image from a Dockerfile',
    group: 'Building',
    load: async () => (await import('./commands/build.ts')).buildCommand,
  },
  {
    name: 'lint',
    aliases: [],
    summary: 'find mistakes in Dockerfiles, and fix them',
    group: 'Building',
    load: async () => (await import('./commands/lint.ts')).lintCommand,
  },
  {
    name: 'fmt',
    aliases: [],
    summary: 'format Dockerfiles in one style',
    group: 'Building',
    load: async () => (await import('./commands/fmt.ts')).fmtCommand,
  },
  {
    name: 'init',
    aliases: [],
    summary: 'write a Dockerfile for a project, and build it',
    group: 'Building',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'lsp',
    aliases: [],
    summary: 'serve editors: a language server for Dockerfiles',
    group: 'Building',
    load: async () => (await import('./commands/lsp.ts')).lspCommand,
  },
  {
    name: 'optimize',
    aliases: [],
    summary: 'make the image of a Dockerfile smaller, and prove that it still works',
    group: 'Building',
    load: async () => (await import('./commands/optimize.ts')).optimizeCommand,
  },
  {
    name: 'why',
    aliases: [],
    summary: 'show why the steps of a build ran',
    group: 'Building',
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  {
    name: 'builds ls',
    aliases: ['builds list'],
    summary: 'list past builds',
    group: 'Building',
    load: async () => (await import('./commands/builds-ls.ts')).buildsLsCommand,
  },
  {
    name: 'builds show',
    aliases: ['builds inspect'],
    summary: 'show what a past build did',
    group: 'Building',
    load: async () => (await import('./commands/builds-show.ts')).buildsShowCommand,
  },
  {
    name: 'builds trace',
    aliases: [],
    summary: 'write the times of a past build for a trace viewer',
    group: 'Building',
    load: async () => (await import('./commands/builds-trace.ts')).buildsTraceCommand,
  },
  {
    name: 'builds graph',
    aliases: [],
    summary: 'draw the stages of a past build',
    group: 'Building',
    load: async () => (await import('./commands/builds-graph.ts')).buildsGraphCommand,
  },
  {
    name: 'builds export',
    aliases: [],
    summary: 'write records of past builds as JSON',
    group: 'Building',
    load: async () => (await import('./commands/builds-export.ts')).buildsExportCommand,
  },
  {
    name: 'builds rm',
    aliases: ['builds remove'],
    summary: 'forget past builds',
    group: 'Building',
    load: async () => (await import('./commands/builds-rm.ts')).buildsRmCommand,
  },
  {
    name: 'run',
    aliases: ['container run'],
    summary: 'run a command in a new container',
    group: 'Building',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'debug',
    aliases: [],
    summary: 'open a shell in a failed step, a stage or an image',
    group: 'Building',
    load: async () => (await import('./commands/debug.ts')).debugCommand,
  },
  {
    name: 'base',
    aliases: [],
    summary: 'create a Debian or distroless base image from packages',
    group: 'Building',
    load: async () => (await import('./commands/base.ts')).baseCommand,
  },
  {
    name: 'import',
    aliases: ['image import'],
    summary: 'create an image from a tar of a root file system',
    group: 'Building',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'context ls',
    aliases: ['context list'],
    summary: 'list the files of a build context, and show what is ignored',
    group: 'Building',
    load: async () => (await import('./commands/context-ls.ts')).contextLsCommand,
  },
  {
    name: 'images',
    aliases: ['image ls', 'image list'],
    summary: 'list images',
    group: 'Images',
    load: async () => (await import('./commands/images.ts')).imagesCommand,
  },
  {
    name: 'history',
    aliases: ['image history'],
    summary: 'show the history of an image, step by step',
    group: 'Images',
    load: async () => (await import('./commands/history.ts')).historyCommand,
  },
  {
    name: 'report',
    aliases: [],
    summary: 'show what is in an image, and what could be removed',
    group: 'Images',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'explore',
    aliases: ['dive'],
    summary: 'look into an image in the terminal or a browser',
    group: 'Images',
    load: async () => (await import('./commands/explore.ts')).exploreCommand,
  },
  {
    name: 'check',
    aliases: [],
    summary: 'check an image against limits, for CI',
    group: 'Images',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'compare',
    aliases: [],
    summary: 'show how two images differ, file by file',
    group: 'Images',
    load: async () => (await import('./commands/compare.ts')).compareCommand,
  },
  {
    name: 'inspect',
    aliases: ['image inspect'],
    summary: 'show detailed information about images, as JSON',
    group: 'Images',
    load: async () => (await import('./commands/inspect.ts')).inspectCommand,
  },
  {
    name: 'tag',
    aliases: ['image tag'],
    summary: 'give an image an additional name',
    group: 'Images',
    load: async () => (await import('./commands/tag.ts')).tagCommand,
  },
  {
    name: 'rmi',
    aliases: ['image rm', 'image remove'],
    summary: 'remove images',
    group: 'Images',
    load: async () => (await import('./commands/rmi.ts')).rmiCommand,
  },
  {
    name: 'save',
    aliases: ['image save'],
    summary: 'write images to an archive',
    group: 'Images',
    load: async () => (await import('./commands/save.ts')).saveCommand,
  },
  {
    name: 'load',
    aliases: ['image load'],
    summary: 'read images from an archive',
    group: 'Images',
    load: async () => (await import('./commands/load.ts')).loadCommand,
  },
  {
    name: 'export',
    aliases: ['container export'],
    summary: 'write the files of an image as a tar',
    group: 'Images',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'pull',
    aliases: ['image pull'],
    summary: 'download an image from a registry',
    group: 'Registries',
    load: async () => (await import('./commands/pull.ts')).pullCommand,
  },
  {
    name: 'push',
    aliases: ['image push'],
    summary: 'upload an image to a registry',
    group: 'Registries',
    load: async () => (await import('./commands/push.ts')).pushCommand,
  },
  {
    name: 'copy',
    aliases: [],
    summary: 'copy images between registries, layouts and the store',
    group: 'Registries',
    load: async () => (await import('./commands/copy.ts')).copyCommand,
  },
  {
    name: 'manifest inspect',
    aliases: [],
    summary: 'show a manifest or index in a registry',
    group: 'Registries',
    load: async () => (await import('./commands/manifest-inspect.ts')).manifestInspectCommand,
  },
  {
    name: 'manifest create',
    aliases: [],
    summary: 'create a list of images to push as one index',
    group: 'Registries',
    load: async () => (await import('./commands/manifest-list.ts')).manifestCreateCommand,
  },
  {
    name: 'manifest annotate',
    aliases: [],
    summary: 'set the platform of an image in a list',
    group: 'Registries',
    load: async () => (await import('./commands/manifest-list.ts')).manifestAnnotateCommand,
  },
  {
    name: 'manifest push',
    aliases: [],
    summary: 'push a list as an index, together with its images',
    group: 'Registries',
    load: async () => (await import('./commands/manifest-list.ts')).manifestPushCommand,
  },
  {
    name: 'manifest rm',
    aliases: [],
    summary: 'remove lists that were not pushed',
    group: 'Registries',
    load: async () => (await import('./commands/manifest-list.ts')).manifestRemoveCommand,
  },
  {
    name: 'imagetools create',
    aliases: ['buildx imagetools create'],
    summary: 'tag an image in a registry, or combine images in an index',
    group: 'Registries',
    load: async () => (await import('./commands/imagetools-create.ts')).imagetoolsCreateCommand,
  },
  {
    name: 'imagetools inspect',
    aliases: ['buildx imagetools inspect'],
    summary: 'show the platforms of an image in a registry',
    group: 'Registries',
    load: async () => (await import('./commands/imagetools-inspect.ts')).imagetoolsInspectCommand,
  },
  {
    name: 'ls',
    aliases: [],
    summary: 'list the tags of a repository in a registry',
    group: 'Registries',
    load: async () => (await import('./commands/ls.ts')).lsCommand,
  },
  {
    name: 'login',
    aliases: [],
    summary: 'log in to a registry',
    group: 'Registries',
    load: async () => (await import('./commands/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    aliases: [],
    summary: 'remove the saved login of a registry',
    group: 'Registries',
    load: async () => (await import('./commands/logout.ts')).logoutCommand,
  },
  {
    name: 'builder prune',
    aliases: ['buildx prune'],
    summary: 'remove build cache',
    group: 'Maintenance',
    load: async () => (await import('./commands/prune.ts')).builderPruneCommand,
  },
  {
    name: 'image prune',
    aliases: [],
    summary: 'remove images without a name',
    group: 'Maintenance',
    load: async () => (await import('./commands/prune.ts')).imagePruneCommand,
  },
  {
    name: 'system prune',
    aliases: [],
    summary: 'remove build cache and images without a name',
    group: 'Maintenance',
    load: async () => (await import('./commands/prune.ts')).systemPruneCommand,
  },
  {
    name: 'system df',
    aliases: ['buildx du'],
    summary: 'show disk usage of images and cache',
    group: 'Maintenance',
    load: async () => (await import('./commands/system-df.ts')).systemDfCommand,
  },
  {
    name: 'doctor',
    aliases: [],
    summary: 'show what this machine can do for builds, and how to mend what it cannot',
    group: 'Maintenance',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'info',
    aliases: ['system info'],
    summary: 'show information about the store and this machine',
    group: 'Maintenance',
    load: async () => (await import('./commands/info.ts')).infoCommand,
  },
  {
    name: 'system check',
    aliases: [],
    summary: 'verify and repair the store',
    group: 'Maintenance',
    load: async () => (await import('./commands/system-check.ts')).systemCheckCommand,
  },
  {
    name: 'explain',
    aliases: [],
    summary: 'explain an error code, a build check or a topic',
    group: 'Maintenance',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'completion',
    aliases: [],
    summary: 'print the completion script for a shell',
    group: 'Maintenance',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
  {
    name: 'version',
    aliases: ['buildx version'],
    summary: 'show the version of lamina and what it found on this machine',
    group: 'Maintenance',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
  {
    name: 'buildx ls',
    aliases: ['builder ls'],
    summary: 'show the builder and its platforms',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/builders.ts')).listBuildersCommand,
  },
  {
    name: 'buildx inspect',
    aliases: ['builder inspect'],
    summary: 'show the builder and its platforms',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/builders.ts')).inspectBuilderCommand,
  },
  {
    name: 'buildx create',
    aliases: ['builder create'],
    summary: 'do nothing: lamina has only one builder',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/builders.ts')).createBuilderCommand,
  },
  {
    name: 'buildx use',
    aliases: ['builder use'],
    summary: 'do nothing: lamina has only one builder',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/builders.ts')).useBuilderCommand,
  },
  {
    name: 'buildx rm',
    aliases: ['builder rm', 'buildx stop', 'builder stop', 'buildx install', 'buildx uninstall'],
    summary: 'do nothing: lamina has only one builder',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/builders.ts')).removeBuilderCommand,
  },
  {
    name: 'container prune',
    aliases: ['volume prune', 'network prune'],
    summary: 'do nothing: containers leave nothing behind',
    group: 'Docker compatibility',
    load: async () => (await import('./commands/container-prune.ts')).containerPruneCommand,
  },
];

export interface FoundCommand {
  readonly entry: CommandEntry;
  /** As typed: `image ls`. */
  readonly typed: string;
  readonly rest: readonly string[];
}

/** Finds the command that `words` begin with; the longest name wins. */
export function findCommand(words: readonly string[]): FoundCommand | undefined {
  for (const count of [3, 2, 1]) {
    if (words.length < count) continue;
    const typed = words.slice(0, count).join(' ');
    const entry = commandList.find(
      ({ name, aliases }) => name === typed || aliases.includes(typed),
    );
    if (entry !== undefined) return { entry, typed, rest: words.slice(count) };
  }
  return undefined;
}

/** Second words known after `first`: `image` → ls, list, rm, … Empty if `first` is not such a word. */
export function subcommandsOf(first: string): readonly string[] {
  return commandList
    .flatMap(({ name, aliases }) => [name, ...aliases])
    .filter((spelling) => spelling.startsWith(`${first} `))
    .map((spelling) => spelling.slice(first.length + 1));
}
