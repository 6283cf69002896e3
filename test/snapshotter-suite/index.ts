/**
 * What every way of making a root file system from layers must do: the same changes give the same layer, and the next
 * process sees what the last one left. The test of a way calls it:
 *
 *     snapshotterSuite('copies', { openRuntime, erofs: false });
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type BenchOptions, type Outcome, runCases } from './bench.ts';
import type { SnapshotCase } from './case.ts';
import { contentCases } from './contents.ts';
import { linkCases } from './links.ts';
import { metadataCases } from './metadata.ts';
import { nameCases } from './names.ts';
import { removalCases } from './removals.ts';
import { replacementCases } from './replacements.ts';
import { specialCases } from './specials.ts';

const CASES: readonly SnapshotCase[] = [
  ...removalCases,
  ...replacementCases,
  ...linkCases,
  ...metadataCases,
  ...contentCases,
  ...nameCases,
  ...specialCases,
];

export function snapshotterSuite(name: string, options: BenchOptions): void {
  describe(`a root file system made with ${name}`, () => {
    const rights = rightsOf(options);
    const possible = CASES.filter(({ needs }) => needs === undefined || rights[needs]);
    let outcomes: readonly Outcome[] = [];
    beforeAll(async () => {
      outcomes = await runCases(possible, options);
    });

    test.each(possible.map((one, number) => ({ ...one, number })))('$name', (one) => {
      const wanted = rights.copies ? (one.entriesOfCopy ?? one.entries) : one.entries;
      const { entries, left, found } = outcomes[one.number] ?? {};
      expect(entries).toEqual(wanted);
      expect(found).toEqual(left);
    });
  });
}

function rightsOf({ openRuntime, longNames = true }: BenchOptions) {
  // Nothing is started.
  const temporaryDirectory = () => Promise.reject(new Error('nothing is run'));
  const { capabilities } = openRuntime({ temporaryDirectory, env: process.env });
  return {
    owners: capabilities.idMap === 'root',
    devices: capabilities.devices,
    longNames,
    copies: !capabilities.mounts.overlay,
  };
}
