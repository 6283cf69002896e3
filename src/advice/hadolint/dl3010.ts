import type { ShellCommand } from '../../shell/index.ts';
import { operandsOf } from '../../shell/index.ts';
import type { LintedFile, Run } from '../linted-file.ts';
import { isArchive, lastName } from '../making/archives.ts';
import { adviceRule } from '../making/make.ts';

const UNPACKERS = new Set([
  'bunzip2',
  'gunzip',
  'gzcat',
  'uncompress',
  'unlzma',
  'unxz',
  'unzip',
  'zcat',
  'zgz',
]);

export const dl3010 = adviceRule({
  code: 'DL3010',
  severity: 'info',
  requires: 'ADD unpacks archives of the context',
  why: 'The archive stays in the layer of COPY although a later step unpacks or removes it; ADD unpacks without keeping it.',
  check(file, report) {
    const runs = Map.groupBy(file.runs, ({ stage }) => stage);
    for (const stage of file.stages) {
      const lastUse = lastUnpacked(runs.get(stage) ?? []);
      for (const copy of stage.instructions) {
        if (copy.kind !== 'copy' || copy.from !== undefined) continue;
        const { offset } = copy.node.range.end;
        const unpacked = archivesAfter(copy).find((name) => (lastUse.get(name) ?? 0) > offset);
        if (unpacked === undefined) continue;
        report({
          what: `COPY brings '${unpacked}', which a later RUN unpacks`,
          hint: 'use ADD, which unpacks tar archives of the context, or unpack from RUN --mount=type=bind',
          range: copy.node.range,
          instruction: copy,
        });
      }
    }
  },
});

type Copy = Extract<LintedFile['instructions'][number], { readonly kind: 'copy' }>;

/** The archives under the names that they have in the image. */
function archivesAfter({ sources, destination }: Copy): readonly string[] {
  if (isArchive(destination.text)) return [lastName(destination.text)];
  return sources.map(({ text }) => lastName(text)).filter(isArchive);
}

/** Where RUNs last unpack each archive, by its name. */
function lastUnpacked(runs: readonly Run[]): ReadonlyMap<string, number> {
  return new Map(
    runs.flatMap(({ script, instruction }) =>
      script.commands.filter(unpacks).flatMap((command) =>
        operandsOf(command).map(({ value }) => {
          return [lastName(value), instruction.node.range.start.offset] as const;
        }),
      ),
    ),
  );
}

function unpacks({ name, words }: ShellCommand): boolean {
  if (name !== 'tar') return UNPACKERS.has(name);
  // The first word may have the options without a dash: `tar xf a.tar`.
  if (/^[A-Za-z]*x[A-Za-z]*$/.test(words[0]?.value ?? '')) return true;
  return words.some(({ value }) => /^(?:--extract|--get|-.*x.*)$/.test(value));
}
