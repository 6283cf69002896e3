import { defineCommand } from '../command.ts';
import { type Explanation, explanations, findExplanation, plainText } from '../explain/index.ts';
import { jsonText } from '../json-text.ts';
import { renderRows } from '../rows.ts';

const WIDEST = 92;

export const explainCommand = defineCommand({
  usage: '[OPTIONS] [NAME]',
  summary: 'explain an error code, a rule or a topic',
  description: [
    'NAME is the code of an error or warning, a rule of the linter, or a topic such as registries. ' +
      'The pages are part of lamina: nothing is downloaded. Without NAME, lists all names.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      help: 'without NAME: table, json, or a Go template of .Name .Kind .Summary; with NAME: markdown or json',
    },
  },
  args: [0, 1],
  examples: [
    { command: 'lamina explain COPY_SOURCE_NOT_FOUND', text: 'explain an error' },
    { command: 'lamina explain StageNameCasing', text: 'explain a build check' },
    { command: 'lamina explain registries | less', text: 'read about a topic' },
  ],
  async run({ flags, args }, { io }) {
    const all = await explanations();
    const [name] = args;
    await io.stdout.write(
      name === undefined
        ? listed(all, flags.format)
        : shown(findExplanation(name, all), flags.format, io.stdout.size().columns),
    );
    return 0;
  },
});

function listed(all: readonly Explanation[], format: string | undefined): string {
  const rows = all.map(({ name, kind, summary }) => ({ Name: name, Kind: kind, Summary: summary }));
  return renderRows(rows, { columns: { Name: 'NAME', Kind: 'KIND', Summary: 'SUMMARY' } }, format);
}

function shown(explanation: Explanation, format: string | undefined, columns: number): string {
  if (format === 'markdown') return explanation.text;
  if (format === 'json') return jsonText(explanation);
  return plainText(explanation.text, Math.min(columns, WIDEST));
}
