/** Values that a command line gives to a name: variables before or between commands, and long options. */

/**
 * `TOKEN=abc`, `export TOKEN="a b"`, `--token='abc'`, wherever a word can begin. Quotes are part of words in a JSON array
 * too. Each alternative ends at another character, so no text is read twice.
 */
const ASSIGNMENT =
  /(?:^|[\s;&|(`"'])(?:--)?([A-Za-z_][\w-]{0,100})=(?:"((?:[^"\\]|\\.){0,300})"|'([^']{0,300})'|([^\s;&|()"'`]{0,5000}))/g;

/** Replaces the values in a text to be shown of which `isHidden` says so. */
export function withoutValues(
  text: string,
  isHidden: (name: string, value: string) => boolean,
): string {
  return text.replace(ASSIGNMENT, (whole, name: string, double, single, bare) => {
    const value = String(double ?? single ?? bare ?? '');
    const start = whole.indexOf('=') + 1;
    return isHidden(name.replaceAll('-', '_'), value) ? `${whole.slice(0, start)}***` : whole;
  });
}

/** What a shell puts in its place when the command runs is no secret of the text. */
const EXPANSION = /^[$`]|\$\(/;

export function* commandValues(command: string): Generator<readonly [name: string, value: string]> {
  for (const [, name = '', double, single, bare] of command.matchAll(ASSIGNMENT)) {
    const value = double ?? single ?? bare ?? '';
    const isExpanded = single === undefined && EXPANSION.test(value);
    if (value !== '' && !isExpanded) yield [name.replaceAll('-', '_'), value];
  }
}
