import { defineCommand, rootOf, storeFlags } from '../command.ts';

export const lspCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'serve editors: a language server for Dockerfiles',
  description: [
    'Speaks the Language Server Protocol on standard input and output: an editor starts it. It reports mistakes, completes ' +
      'and explains instructions, follows and renames stages and variables, and formats. For instructions of the last build ' +
      'it shows time and size. docs/editors.md has the settings for VS Code, Neovim, Helix and Zed.',
  ],
  flags: {
    stdio: { kind: 'switch', help: 'use standard input and output, the only choice' },
    ...storeFlags,
  },
  args: [0, 0],
  examples: [{ command: 'lamina lsp', text: 'as the command of a language server in an editor' }],
  async run({ flags }, context) {
    const api = await context.api();
    const { startLanguageServer } = await import('../../lsp/index.ts');
    const { version } = await api.version();
    const root = rootOf(flags, context);
    startLanguageServer({
      api: {
        lint: api.lint,
        listBuilds: (options) => api.listBuilds({ root, ...options }),
        inspectBuild: (options) => api.inspectBuild({ root, ...options }),
      },
      version,
      input: process.stdin,
      output: process.stdout,
    });
    await new Promise((_, reject) => {
      context.signal.addEventListener('abort', () => reject(context.signal.reason));
    });
    return 0;
  },
});
