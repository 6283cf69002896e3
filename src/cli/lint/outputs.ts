/** Where findings go: a format for each file, as hadolint pairs `--format` and `--output`. */
import type { LintConfig, LintResult } from '../../api/index.ts';
import type { CommandContext } from '../command.ts';
import { useColor } from '../io.ts';
import { refuseUnwritable, writeResult } from '../result-files.ts';
import { type Format, isFormat, render } from './formats.ts';

export interface OutputFlags {
  readonly format: readonly string[];
  readonly output: readonly string[];
  readonly 'no-color': boolean;
  readonly 'file-path-in-report': string | undefined;
}

/** @throws AppError CLI_FILE */
export function refuseUnwritableOutputs({ output }: Pick<OutputFlags, 'output'>): void {
  for (const path of output) if (path !== '-') refuseUnwritable('output', path);
}

/** The first format is for the first file, and so on: standard output where there are fewer files, text where there are fewer formats. */
export async function writeFindings(
  result: LintResult,
  flags: OutputFlags,
  { io, env, signal }: CommandContext,
): Promise<void> {
  const formats = formatsOf(flags, result.config);
  const count = Math.max(formats.length, flags.output.length, 1);
  for (let index = 0; index < count; index += 1) {
    const format = formats[index] ?? 'text';
    const path = flags.output[index] ?? '-';
    const isTerminal = path === '-' && io.stdout.isTerminal;
    const color = !flags['no-color'] && isTerminal && useColor(io, env);
    const text = render(result, format, { color, filePath: flags['file-path-in-report'] });
    if (path === '-') await io.stdout.write(text);
    else await writeResult('output', path, text, signal);
  }
}

/** Of the configuration, the last one counts. */
function formatsOf({ format }: OutputFlags, config: LintConfig): readonly Format[] {
  const wanted = format.length > 0 ? format : (config.formats ?? []).slice(-1);
  return wanted.map((name) => (isFormat(name) ? name : 'text'));
}

/** All settings together, for people. */
export function settingsText(config: LintConfig): string {
  const { override = {}, labelSchema = {}, failureThreshold = 'info', noFail = false } = config;
  const labels = Object.entries(labelSchema).map(([name, form]) => `${name}:${form}`);
  const rows: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['failure-threshold', failureThreshold],
    ['no-fail', String(noFail)],
    ['format', config.formats],
    ['ignored', config.ignored],
    ...(['error', 'warning', 'info', 'style'] as const).map(
      (severity) => [`override ${severity}`, override[severity]] as const,
    ),
    ['trustedRegistries', config.trustedRegistries],
    ['label-schema', labels],
    ['strict-labels', String(config.strictLabels ?? false)],
    ['disable-ignore-pragma', String(config.disableIgnorePragma ?? false)],
  ];
  const lines = rows.map(([name, value = []]) => {
    const shown = typeof value === 'string' ? value : value.join(', ') || '(none)';
    return `  ${name}: ${shown}\n`;
  });
  return `settings:\n${lines.join('')}`;
}
