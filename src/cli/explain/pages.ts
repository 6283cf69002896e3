/** What `lamina explain` explains: codes of errors and warnings, rules of the linter, and topics. Read from docs/. */
import { readdir, readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';

export interface Explanation {
  readonly name: string;
  readonly kind: 'error' | 'warning' | 'rule' | 'topic';
  /** One line. */
  readonly summary: string;
  /** Markdown, with its heading. */
  readonly text: string;
}

/** The pages in docs/ that are for users. */
const TOPICS = [
  ...['caches', 'check', 'cli', 'compatibility', 'docker', 'glossary', 'isolation'],
  ...['lint', 'outputs', 'platforms', 'registries', 'reproducible', 'run'],
];

/** All explanations, codes first. @throws AppError CLI_FILE */
export async function explanations(): Promise<readonly Explanation[]> {
  const docs = await docsDirectory();
  const [errors, rules, topics] = await Promise.all([
    readPage(docs, 'errors.md').then(codesOf),
    rulesIn(docs),
    Promise.all(TOPICS.map(async (name) => topicOf(name, await readPage(docs, `${name}.md`)))),
  ]);
  return [...errors, ...rules, ...topics];
}

/**
 * Finds an explanation by name, ignoring case, `-` and `_`.
 * @throws AppError CLI_USAGE with the nearest name
 */
export function findExplanation(name: string, all: readonly Explanation[]): Explanation {
  const found = all.find((one) => key(one.name) === key(name));
  if (found !== undefined) return found;
  const names = all.map((one) => one.name);
  const near = nearestName(name, names);
  throw new AppError('CLI_USAGE', `no explanation found for '${name}'`, {
    expected: 'an error or warning code, a rule, or a topic',
    hint:
      near === undefined
        ? "'lamina explain' lists all names"
        : `did you mean 'lamina explain ${near}'?`,
  });
}

function key(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}

/** At the root of the package, both for the built command and for the sources. */
async function docsDirectory(): Promise<URL> {
  for (const up of ['../../docs/', '../../../docs/']) {
    const directory = new URL(up, import.meta.url);
    const names = await readdir(directory).catch((): string[] => []);
    if (names.includes('errors.md')) return directory;
  }
  throw new AppError('CLI_FILE', 'the documentation pages are missing', {
    hint: 'reinstall lamina: the pages are in the docs directory of its package',
  });
}

function readPage(docs: URL, name: string): Promise<string> {
  return readFile(new URL(name, docs), 'utf8');
}

/** `### CODE` and what follows it, up to the next heading. */
function codesOf(page: string): Explanation[] {
  return page
    .split(/^(?=#{2,3} )/m)
    .flatMap((section) => {
      const [, name, body = ''] = /^### ([A-Z_]+)\n([\s\S]*)$/.exec(section) ?? [];
      if (name === undefined) return [];
      const [, warning] = /^Warning: ([\s\S]*)$/.exec(body.trim()) ?? [];
      const kind = warning === undefined ? 'error' : 'warning';
      return { name, kind, summary: firstSentence(warning ?? body), text: section } as const;
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function rulesIn(docs: URL): Promise<Explanation[]> {
  const directory = new URL('rules/', docs);
  const entries = await readdir(directory, { recursive: true });
  const files = entries.filter((file) => file.endsWith('.md') && file !== 'README.md');
  const pages = await Promise.all(files.sort().map((file) => readPage(directory, file)));
  return pages.map((text) => {
    const [, name = ''] = /^# (.*)$/m.exec(text) ?? [];
    const [, why = ''] = /^## Why\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text) ?? [];
    return { name, kind: 'rule', summary: firstSentence(why), text };
  });
}

function topicOf(name: string, text: string): Explanation {
  const [, title = name] = /^# (.*)$/m.exec(text) ?? [];
  return { name, kind: 'topic', summary: title, text };
}

function firstSentence(body: string): string {
  const paragraph = body.trim().split(/\n\s*\n|\s{2}\n/)[0] ?? '';
  const line = paragraph.replace(/\s+/g, ' ').replaceAll('`', '');
  return /^.*?\.(?= |$)/.exec(line)?.[0].replace(/\.$/, '') ?? line;
}
