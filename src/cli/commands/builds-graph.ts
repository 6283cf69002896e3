import { defineCommand, storeFlags } from '../command.ts';
import { pastBuild } from '../past-build.ts';

const GRAPH_FORMATS = ['mermaid', 'dot', 'svg', 'json'] as const;

export const buildsGraphCommand = defineCommand({
  usage: '[OPTIONS] [BUILD | IMAGE]',
  summary: 'draw the stages of a past build',
  description: [
    'Writes the stages with their times and sizes, and what they need of each other. The critical path, which the build had to ' +
      'wait for, is marked. Without BUILD, of the newest build.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: GRAPH_FORMATS,
      help: 'output format (default: mermaid)',
    },
    ...storeFlags,
  },
  args: [0, 1],
  examples: [{ command: 'lamina builds graph --format svg > build.svg', text: 'draw a picture' }],
  async run(invocation, context) {
    const { flags } = invocation;
    const api = await context.api();
    const format = GRAPH_FORMATS.find((one) => one === flags.format);
    const text = await api.graphBuild({ ...pastBuild(invocation, context), format });
    await context.io.stdout.write(text);
    return 0;
  },
});
