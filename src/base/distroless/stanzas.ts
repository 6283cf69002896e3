/** Debian's control stanzas: `Field: value` with continued lines, parted by empty lines. */

export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of Pre-Depends and Depends: each a list of alternatives. */
  readonly depends: readonly (readonly string[])[];
}

export function parseStanzas(text: string): PackageRecord[] {
  return text.split(/\n{2,}/).flatMap((stanza): PackageRecord[] => {
    const fields = new Map(
      [...stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)].map(
        ([, name = '', value = '']) => [name.toLowerCase(), value] as const,
      ),
    );
    const name = fields.get('package');
    const version = fields.get('version');
    if (name === undefined || version === undefined) return [];
    const depends = [fields.get('pre-depends'), fields.get('depends')].flatMap(parseDepends);
    return [{ name, version, architecture: fields.get('architecture') ?? 'all', depends }];
  });
}

/** `libc6 (>= 2.36), debconf | debconf-2.0` without versions and architectures. */
export function parseDepends(text: string | undefined): string[][] {
  return (text ?? '')
    .split(',')
    .map((group) => group.split('|').map((one) => one.trim().split(/[\s:(]/)[0] ?? ''))
    .filter(([first]) => first !== undefined && first !== '');
}
