import { describe, expect, it } from 'vitest';
import { estimateCost, ratesWith } from '../cost/index.ts';
import { compareReports } from './compare-reports.ts';
import type { ImageReport, ReportedLayer, ReportedPackage, ReportedSecret } from './types.ts';

function layer(index: number, diffId: string, unpacked: number): ReportedLayer {
  return {
    ...{ index, diffId, digest: diffId, instruction: null, stage: null, line: null },
    ...{ unpacked, compressed: unpacked / 2, reclaimable: 0, files: 1 },
  };
}

function installed(name: string, version: string, bytes: number): ReportedPackage {
  return { type: 'npm', name, version, bytes, layer: 0 };
}

function secret(path: string | null, history: number | null, layerOf: number): ReportedSecret {
  return {
    ...{ kind: 'private-key', layer: layerOf, path, env: null, label: null, member: null, history },
    ...{ line: null, shipped: true, visible: true },
  };
}

function report(changes: Partial<ImageReport>): ImageReport {
  const size = { unpacked: 100, visible: 90, compressed: 50, files: 3 };
  return {
    image: { id: 'sha256:1', names: [], platform: 'linux/amd64', created: null, user: '' },
    ...{
      size,
      layers: [],
      leftovers: [],
      packages: [],
      secrets: [],
      singleStage: null,
      findings: [],
      stages: [],
      problems: [],
    },
    reclaimable: { bytes: 10, files: [] },
    duplicates: { bytes: 5, groups: [] },
    dive: { efficiency: 1, wastedBytes: 0, userWastedPercent: null },
    security: { runsAsRoot: true, shells: [], packageManagers: [], setuid: [] },
    ...{ base: null, pull: [], cost: estimateCost(size, ratesWith()), against: null },
    largest: { files: [], directories: [] },
    ...changes,
  };
}

describe('a report against another one', () => {
  it('has the differences of sizes, and none where one is not known', () => {
    const size = { unpacked: 80, visible: 95, compressed: null, files: 4 };
    const { size: change, reclaimable } = compareReports(
      report({}),
      report({ size, reclaimable: { bytes: 30, files: [] } }),
    );
    expect(change).toEqual({ unpacked: -20, visible: 5, compressed: null, files: 1 });
    expect(reclaimable).toBe(20);
  });

  it('tells which layers a machine that has the other image still pulls', () => {
    const before = report({ layers: [layer(0, 'a', 100), layer(1, 'b', 10)] });
    const now = report({ layers: [layer(0, 'a', 100), layer(1, 'c', 20), layer(2, 'd', 4)] });
    expect(compareReports(before, now).layers).toEqual({
      ...{ shared: 1, added: [1, 2], unpacked: 24, compressed: 12 },
    });
  });

  it('lists packages that came, went or changed, largest change first', () => {
    const before = report({
      packages: [installed('a', '1', 10), installed('b', '1', 7), installed('same', '1', 9)],
    });
    const now = report({
      packages: [
        installed('a', '2', 11),
        installed('c', '1', 50),
        installed('c', '2', 50),
        installed('same', '1', 9),
      ],
    });
    expect(compareReports(before, now).packages).toEqual([
      { type: 'npm', name: 'c', before: null, after: '1, 2', bytes: 100 },
      { type: 'npm', name: 'b', before: '1', after: null, bytes: -7 },
      { type: 'npm', name: 'a', before: '1', after: '2', bytes: 1 },
    ]);
  });

  it('sums leftovers by kind, and leaves out those that stayed', () => {
    const before = report({
      leftovers: [
        { kind: 'docs', bytes: 5, paths: ['d'] },
        { kind: 'man', bytes: 3, paths: ['m'] },
      ],
    });
    const now = report({
      leftovers: [
        { kind: 'docs', bytes: 5, paths: ['d'] },
        { kind: 'git', bytes: 8, paths: ['.git'] },
      ],
    });
    expect(compareReports(before, now).leftovers).toEqual([
      { kind: 'git', bytes: 8 },
      { kind: 'man', bytes: -3 },
    ]);
  });

  it('knows a secret again in another layer', () => {
    const before = report({ secrets: [secret('key', null, 1), secret(null, 4, 1)] });
    const again = secret('key', null, 3);
    const added = secret('other', null, 3);
    const now = report({ secrets: [again, secret(null, 4, 2), added] });
    expect(compareReports(before, now).newSecrets).toEqual([added]);
  });
});
