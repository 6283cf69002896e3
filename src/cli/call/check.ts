/** Findings of the build checks, as `docker build --check` prints them. */
import type { CheckResult, CheckWarning, SkippedImage } from '../../api/index.ts';
import type { SourceLocation } from '../../errors.ts';
import { printable } from '../../progress/index.ts';
import { locationJson, sourceData } from './location.ts';

/** Lines of context before and after the lines of a warning. */
const CONTEXT_LINES = 2;
const RULER = '--------------------';

export function checkText({ warnings, error }: CheckResult): string {
  if (warnings.length === 0)
    return error === undefined ? 'Check complete, no warnings found.\n' : '';
  const count = warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`;
  return [`Check complete, ${count} been found!\n`, ...warnings.map(warningText)].join('\n');
}

function warningText({ rule, message, hint, location }: CheckWarning): string {
  const lines = [
    `WARNING: ${rule} - lamina explain ${rule}`,
    printable(message),
    ...(hint === undefined || hint === '' ? [] : [`hint: ${printable(hint)}`]),
    ...excerpt(location),
  ];
  return `${lines.join('\n')}\n`;
}

function excerpt({ file, text, range }: SourceLocation): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const first = range.start.line;
  const last = Math.max(first, range.end.column <= 1 ? range.end.line - 1 : range.end.line);
  const from = Math.max(1, first - CONTEXT_LINES);
  const to = Math.min(lines.length, last + CONTEXT_LINES);
  const shown = lines.slice(from - 1, to).map((line, index) => {
    const number = from + index;
    const mark = number >= first && number <= last ? '>>>' : '   ';
    const content = line.replace(/\r$/, '').replaceAll('\t', '    ');
    return ` ${String(number).padStart(3)} | ${mark} ${printable(content)}`.trimEnd();
  });
  return [`${printable(file)}:${first}`, RULER, ...shown, RULER];
}

/** Lists unreachable base images, for standard error. */
export function skippedText(skipped: readonly SkippedImage[]): string {
  return skipped
    .map(({ name, reason }) => {
      const text = `the config of base image '${name}' is not available, so the checks that need it are skipped: ${reason}`;
      return `warning: ${printable(text)}\n`;
    })
    .join('');
}

/** In BuildKit's format; `url` is the page in lamina's documentation. */
export function checkJson({ warnings, error, source }: CheckResult): object {
  return {
    warnings: warnings.map(({ rule, description, page, message, location }) => ({
      ruleName: rule,
      description,
      url: page,
      detail: message,
      location: locationJson(location.range),
    })),
    sources: [{ filename: source.file, data: sourceData(source), language: 'Dockerfile' }],
    ...(error === undefined
      ? {}
      : {
          buildError: {
            message: error.message,
            location: error.location === undefined ? {} : locationJson(error.location.range),
          },
        }),
  };
}
