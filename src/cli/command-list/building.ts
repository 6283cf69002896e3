/** Commands that build, and that work on Dockerfiles. */
import type { ListedCommand } from './entry.ts';

export const buildingCommands: readonly ListedCommand[] = [
  {
    name: 'build',
    aliases: ['image build', 'builder build', 'buildx build', 'buildx b'],
    summary: 'build an image from a Dockerfile',
    load: async () => (await import('../commands/build.ts')).buildCommand,
  },
  {
    name: 'builder create',
    aliases: ['buildx create'],
    summary: 'name a BuildKit daemon, so that builds can use it',
    load: async () => (await import('../commands/builders.ts')).createBuilderCommand,
  },
  {
    name: 'builder ls',
    aliases: ['buildx ls'],
    summary: 'list the builders, with their platforms',
    load: async () => (await import('../commands/builders.ts')).listBuildersCommand,
  },
  {
    name: 'builder inspect',
    aliases: ['buildx inspect'],
    summary: 'show a builder and its platforms',
    load: async () => (await import('../commands/builders.ts')).inspectBuilderCommand,
  },
  {
    name: 'builder use',
    aliases: ['buildx use'],
    summary: 'choose the builder of builds that name none',
    load: async () => (await import('../commands/builders.ts')).useBuilderCommand,
  },
  {
    name: 'builder rm',
    aliases: ['buildx rm'],
    summary: 'forget builders; their daemons stay',
    load: async () => (await import('../commands/builders.ts')).removeBuilderCommand,
  },
  {
    name: 'lint',
    aliases: [],
    summary: 'find mistakes in Dockerfiles, and fix them',
    load: async () => (await import('../commands/lint.ts')).lintCommand,
  },
  {
    name: 'fmt',
    aliases: [],
    summary: 'format Dockerfiles in one style',
    load: async () => (await import('../commands/fmt.ts')).fmtCommand,
  },
  {
    name: 'init',
    aliases: [],
    summary: 'write a Dockerfile for a project, and build it',
    load: async () => (await import('../commands/init.ts')).initCommand,
  },
  {
    name: 'lsp',
    aliases: [],
    summary: 'serve editors: a language server for Dockerfiles',
    load: async () => (await import('../commands/lsp.ts')).lspCommand,
  },
  {
    name: 'optimize',
    aliases: [],
    summary: 'make the image of a Dockerfile smaller, and prove that it still works',
    load: async () => (await import('../commands/optimize.ts')).optimizeCommand,
  },
  {
    name: 'why',
    aliases: [],
    summary: 'show why the steps of a build ran',
    load: async () => (await import('../commands/why.ts')).whyCommand,
  },
  {
    name: 'builds ls',
    aliases: ['builds list'],
    summary: 'list past builds',
    load: async () => (await import('../commands/builds-ls.ts')).buildsLsCommand,
  },
  {
    name: 'builds show',
    aliases: ['builds inspect'],
    summary: 'show what a past build did',
    load: async () => (await import('../commands/builds-show.ts')).buildsShowCommand,
  },
  {
    name: 'builds trace',
    aliases: [],
    summary: 'write the times of a past build for a trace viewer',
    load: async () => (await import('../commands/builds-trace.ts')).buildsTraceCommand,
  },
  {
    name: 'builds graph',
    aliases: [],
    summary: 'draw the stages of a past build',
    load: async () => (await import('../commands/builds-graph.ts')).buildsGraphCommand,
  },
  {
    name: 'builds export',
    aliases: [],
    summary: 'write records of past builds as JSON',
    load: async () => (await import('../commands/builds-export.ts')).buildsExportCommand,
  },
  {
    name: 'builds rm',
    aliases: ['builds remove'],
    summary: 'forget past builds',
    load: async () => (await import('../commands/builds-rm.ts')).buildsRmCommand,
  },
  {
    name: 'run',
    aliases: ['container run'],
    summary: 'run a command in a new container',
    load: async () => (await import('../commands/run.ts')).runCommand,
  },
  {
    name: 'debug',
    aliases: [],
    summary: 'open a shell in a failed step, a stage or an image',
    load: async () => (await import('../commands/debug.ts')).debugCommand,
  },
  {
    name: 'base',
    aliases: [],
    summary: 'create a Debian or distroless base image from packages',
    load: async () => (await import('../commands/base.ts')).baseCommand,
  },
  {
    name: 'import',
    aliases: ['image import'],
    summary: 'create an image from a tar of a root file system',
    load: async () => (await import('../commands/import.ts')).importCommand,
  },
  {
    name: 'context ls',
    aliases: ['context list'],
    summary: 'list the files of a build context, and show what is ignored',
    load: async () => (await import('../commands/context-ls.ts')).contextLsCommand,
  },
];
