import { defineCommand, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { pastBuild } from '../past-build.ts';
import { renderExplanation } from '../why-text.ts';

export const whyCommand = defineCommand({
  usage: '[OPTIONS] [IMAGE | BUILD]',
  summary: 'show why the steps of a build ran',
  description: [
    'Shows for each step whether the cache had it, and if it ran, the first cause: the file, ARG, ENV, base image or word ' +
      'that was different. Steps that ran only because of another are shown with that one.',
    'IMAGE is an image that a build of this machine made, in the store or elsewhere (oci-archive:app.tar, docker://app), ' +
      'BUILD the ID of a build or the beginning of one (see `lamina builds ls`). ' +
      'Without either, the newest build is explained.',
    'The build is compared with the last one of the same Dockerfile and target, or with the one that --against names.',
  ],
  flags: {
    against: { kind: 'text', value: 'image|build', help: 'the build to compare with' },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text)',
    },
    'no-trunc': { kind: 'switch', help: 'do not shorten lines to the width of the terminal' },
    ...storeFlags,
  },
  args: [0, 1],
  examples: [
    { command: 'lamina why', text: 'explain the build that just ended' },
    {
      command: 'lamina why app --format json',
      text: 'explain the build of an image to a program',
    },
  ],
  async run(invocation, context) {
    const { flags } = invocation;
    const api = await context.api();
    const explanation = await api.explainBuild({
      ...pastBuild(invocation, context),
      against: flags.against,
    });
    const { stdout } = context.io;
    const columns = flags['no-trunc'] || !stdout.isTerminal ? undefined : stdout.size().columns;
    await stdout.write(
      flags.format === 'json'
        ? jsonText(explanation)
        : renderExplanation(explanation, { columns, now: Date.now() }),
    );
    return 0;
  },
});
