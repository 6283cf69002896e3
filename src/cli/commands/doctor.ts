import type { Diagnosis, DiagnosisFinding } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';

export const doctorCommand = defineCommand({
  usage: '[OPTIONS] [REGISTRY...]',
  summary: 'show what this machine can do for builds, and how to mend what it cannot',
  description: [
    'Tries what builds need: RUN and its isolation, stacked layers, the store and its disk, user IDs, limits, programs of other ' +
      'platforms, registries with their mirrors and logins, certificates, and other programs. It needs no privileges, changes ' +
      'nothing, and ends within seconds.',
    'REGISTRY is the host in the names of images; the default is docker.io.',
    'The exit status is 0 if builds with RUN work here, although other things may be limited, and 1 if they do not.',
  ],
  flags: {
    offline: { kind: 'switch', help: 'contact no registry' },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text)',
    },
    ...storeFlags,
  },
  args: [0, Infinity],
  examples: [
    {
      command: 'lamina doctor registry.example.com',
      text: 'also try a registry, its mirrors and your login',
    },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const diagnosis = await api.diagnose({
      root: rootOf(flags, context),
      registries: flags.offline ? [] : args.length === 0 ? undefined : args,
      signal: context.signal,
    });
    const text = flags.format === 'json' ? jsonText(diagnosis) : textOf(diagnosis);
    await context.io.stdout.write(text);
    return diagnosis.canRun ? 0 : 1;
  },
});

const WIDTH = 'registries'.length + 2;

function textOf({ version, platform, canRun, findings }: Diagnosis): string {
  const limits = findings.filter(({ status }) => status === 'limited').length;
  const more = limits === 0 ? '' : `, ${limits} ${limits === 1 ? 'thing' : 'things'} limited`;
  const lines = [
    `lamina ${version} on ${platform}`,
    '',
    ...findings.flatMap(linesOf),
    '',
    canRun ? `builds with RUN work here${more}` : 'builds with RUN do not work here',
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function linesOf({ topic, status, message, fix }: DiagnosisFinding): string[] {
  const indent = ' '.repeat('limited'.length + 2 + WIDTH);
  const line = `${status.padEnd('limited'.length + 2)}${topic.padEnd(WIDTH)}${message}`;
  return fix === undefined ? [line] : [line, `${indent}fix: ${fix}`];
}
