/** Reads where apt takes packages from: the one-line form (`*.list`) and the stanza form (`*.sources`). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of a keyring, or an armoured key itself; undefined: apt's own trusted keys. */
  readonly signedBy: string | undefined;
}

/** All enabled binary sources, in the order apt reads them. What cannot be read is left out. */
export async function readAptSources(directory = '/etc/apt'): Promise<AptSource[]> {
  const parts = join(directory, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).sort();
  const sources = parseSourcesList(await readText(join(directory, 'sources.list')));
  for (const name of names) {
    if (name.endsWith('.list'))
      sources.push(...parseSourcesList(await readText(join(parts, name))));
    if (name.endsWith('.sources')) {
      sources.push(...parseSourceStanzas(await readText(join(parts, name))));
    }
  }
  return sources;
}

/** `deb [option=value …] uri suite component…` lines. */
export function parseSourcesList(text: string): AptSource[] {
  return text.split('\n').flatMap((line): AptSource[] => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    const [, options = '', uri, suite, components = ''] = match ?? [];
    if (uri === undefined || suite === undefined) return [];
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suite, components: words(components), signedBy }];
  });
}

/** Stanzas of `Field: value`, separated by empty lines; a line that begins with a space continues the field. */
export function parseSourceStanzas(text: string): AptSource[] {
  const uncommented = text.split('\n').filter((line) => !line.startsWith('#'));
  return uncommented
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap(sourcesOfStanza);
}

function sourcesOfStanza(stanza: string): AptSource[] {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of stanza.split('\n')) {
    const [, name, value = ''] = /^([A-Za-z][\w-]*)\s*:(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      current = name.toLowerCase();
      fields.set(current, value.trim());
    } else if (current !== undefined && /^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current)}\n${line.slice(1)}`);
    }
  }
  const list = (name: string) => words(fields.get(name) ?? '');
  if (!list('types').includes('deb') || /^(no|false|0)$/i.test(fields.get('enabled') ?? '')) {
    return [];
  }
  const signedBy = fields.get('signed-by') || undefined;
  const components = list('components');
  return list('uris').flatMap((uri) =>
    list('suites').map((suite) => ({ uri, suite, components, signedBy: signedBy?.trim() })),
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
