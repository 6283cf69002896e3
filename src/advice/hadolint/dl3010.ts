import type { ShellCommand } from '../../shell/index.ts';
import { operandsOf } from '../../shell/index.ts';
import { type LintedFile, type Run, runsOfStage } from '../linted-file.ts';
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
    for (const stage of file.stages) {
      for (const copy of stage.instructions) {
        if (copy.kind !== 'copy' || copy.from !== undefined) continue;
        const names = archivesAfter(copy);
        const later = runsOfStage(file, stage).filter(
          ({ instruction }) => instruction.node.range.start.offset > copy.node.range.end.offset,
        );
        const unpacked = names.find((name) => isUnpacked(name, later));
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

function isUnpacked(archive: string, later: readonly Run[]): boolean {
  return later
    .flatMap(({ script }) => script.commands)
    .some((command) => {
      if (!unpacks(command)) return false;
      return operandsOf(command).some(({ value }) => lastName(value) === archive);
    });
}

function unpacks({ name, words }: ShellCommand): boolean {
  if (name !== 'tar') return UNPACKERS.has(name);
  return words.some(({ value }) => /^(?:--extract|--get|-.*x.*)$/.test(value));
}
