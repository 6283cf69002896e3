import { defineCommand, storeFlags } from '../command.ts';
import { pastBuild } from '../past-build.ts';

export const buildsTraceCommand = defineCommand({
  usage: '[OPTIONS] [BUILD | IMAGE]',
  summary: 'write the times of a past build for a trace viewer',
  description: [
    'Writes JSON: Chrome trace events, which Perfetto and chrome://tracing open, or OpenTelemetry spans (OTLP), which collectors ' +
      'take. Without BUILD, of the newest build.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: ['chrome', 'otlp'],
      help: 'output format (default: chrome)',
    },
    ...storeFlags,
  },
  args: [0, 1],
  examples: [
    { command: 'lamina builds trace > build.json', text: 'open build.json in ui.perfetto.dev' },
  ],
  async run(invocation, context) {
    const { flags } = invocation;
    const api = await context.api();
    const text = await api.traceBuild({
      ...pastBuild(invocation, context),
      format: flags.format === 'otlp' ? 'otlp' : 'chrome',
    });
    await context.io.stdout.write(`${text}\n`);
    return 0;
  },
});
