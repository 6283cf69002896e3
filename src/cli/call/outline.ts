/** The outline of a target, as `docker build --call=outline` prints it. */
import type { OutlineResult } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';
import { renderTable } from '../rows.ts';
import { locationJson, sourceData } from './location.ts';

export function outlineText(result: OutlineResult): string {
  const { name, description, args, secrets, ssh } = result;
  const head = [['TARGET:', name ?? '(default)']];
  if (description !== undefined) head.push(['DESCRIPTION:', description]);
  const tables = [head];
  if (args.length > 0) {
    const rows = args.map((one) => [one.name, one.value ?? '', one.description ?? '']);
    tables.push([['BUILD ARG', 'VALUE', 'DESCRIPTION'], ...rows]);
  }
  for (const [title, mounts] of [
    ['SECRET', secrets],
    ['SSH', ssh],
  ] as const) {
    if (mounts.length === 0) continue;
    const rows = mounts.map((one) => [one.name, one.required ? 'true' : '']);
    tables.push([[title, 'REQUIRED'], ...rows]);
  }
  return tables.map((cells) => renderTable(cells.map((row) => row.map(printable)))).join('\n');
}

/** In BuildKit's format, without empty members. */
export function outlineJson(result: OutlineResult): object {
  const mount = ({ name, required, range }: OutlineResult['secrets'][number]) => ({
    name,
    ...(required ? { required } : {}),
    location: locationJson(range),
  });
  return {
    name: result.name,
    description: result.description,
    args: unlessEmpty(
      result.args.map(({ name, description, value, range }) => ({
        name,
        description,
        value: value === '' ? undefined : value,
        location: locationJson(range),
      })),
    ),
    secrets: unlessEmpty(result.secrets.map(mount)),
    ssh: unlessEmpty(result.ssh.map(mount)),
    cache: unlessEmpty(
      result.cache.map(({ name, range }) => ({ ID: name, location: locationJson(range) })),
    ),
    sources: [sourceData(result.source)],
  };
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
