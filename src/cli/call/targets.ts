/** The stages of a file, as `docker build --call=targets` prints them. */
import type { TargetsResult } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';
import { renderTable } from '../rows.ts';
import { locationJson, sourceData } from './location.ts';

export function targetsText({ targets }: TargetsResult): string {
  const rows = targets
    .filter(({ name, isDefault }) => name !== undefined || isDefault)
    .map(({ name, isDefault, description = '' }) => [
      [name, isDefault ? '(default)' : ''].filter(Boolean).join(' '),
      description,
    ]);
  const cells = [['TARGET', 'DESCRIPTION'], ...rows];
  return renderTable(cells.map((row) => row.map(printable)));
}

/** In BuildKit's format. */
export function targetsJson({ targets, source }: TargetsResult): object {
  return {
    targets: targets.map(
      ({ name, isDefault, description, base, resolvedBase, platform, range }) => ({
        name,
        ...(isDefault ? { default: true } : {}),
        description,
        base,
        ...(resolvedBase === base ? {} : { resolvedBase }),
        platform,
        location: locationJson(range),
      }),
    ),
    sources: [sourceData(source)],
  };
}
