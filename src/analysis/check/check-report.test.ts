import { describe, expect, it } from 'vitest';
import type { ImageReport, ReportedLayer, ReportedSecret } from '../report/types.ts';
import { checkReport } from './check-report.ts';
import type { ImageLimits } from './types.ts';

const layer = (index: number, rest: Partial<ReportedLayer>): ReportedLayer => ({
  ...{ index, diffId: '', digest: '', instruction: null, stage: null, line: null },
  ...{ unpacked: 0, compressed: 0, reclaimable: 0, files: 0, ...rest },
});

const variable: ReportedSecret = {
  ...({ kind: 'named-value', layer: null, path: null, env: 'TOKEN', label: null } as const),
  ...{ member: null, history: null, line: null, shipped: true, visible: null },
};

const report = {
  image: { id: '', names: [], platform: 'linux/amd64', created: null, user: '' },
  size: { unpacked: 3000, visible: 2000, compressed: 1500, files: 3 },
  layers: [
    layer(0, { unpacked: 1000, instruction: 'ADD rootfs' }),
    layer(1, { unpacked: 2000, reclaimable: 1000, line: 4, instruction: 'RUN make opensesame' }),
  ],
  reclaimable: {
    bytes: 1000,
    files: [
      ...[{ path: 'small', bytes: 100, layer: 1, hiddenBy: 1, reason: 'deleted' } as const],
      ...[{ path: 'large', bytes: 900, layer: 1, hiddenBy: 1, reason: 'deleted' } as const],
    ],
  },
  dive: { efficiency: 0.75, wastedBytes: 2000, userWastedPercent: null },
  secrets: [variable],
  security: {
    ...{ runsAsRoot: true, setuid: [], packageManagers: ['usr/bin/apt'] },
    shells: ['bin/sh', 'bin/bash', 'opensesame/sh'],
  },
  largest: { files: [{ path: 'large', bytes: 900, layer: 1 }], directories: [] },
  problems: [],
} as unknown as ImageReport;

const layers = new Map([
  ['bin/sh', 0],
  ['opensesame/sh', 1],
]);

function check(limits: ImageLimits, isAllowed = false) {
  return checkReport(limits, {
    ...{ report, base: { name: 'debian:12', isAllowed } },
    layerOf: (path) => layers.get(path),
    secrets: [{ bytes: Buffer.from('opensesame') }],
  });
}

describe('a check of a report', () => {
  it.each<[ImageLimits, ImageLimits]>([
    [{ maxSize: 3000 }, { maxSize: 2999 }],
    [{ maxCompressed: 1500 }, { maxCompressed: 1499 }],
    [{ maxReclaimable: 1000 }, { maxReclaimable: 0 }],
    [{ maxLayers: 2 }, { maxLayers: 1 }],
    [{ minEfficiency: 0.75 }, { minEfficiency: 0.7501 }],
    [{ maxWastedBytes: 2000 }, { maxWastedBytes: 1999 }],
    [{ noSetuid: true }, { nonRoot: true }],
    [{ nonRoot: false }, { noShell: true }],
    // An image of one layer has none above it.
    [{ maxUserWasted: 0 }, { noSecrets: true }],
    [{ bases: [] }, { noPackageManager: true }],
  ])('%j holds, %j does not', (good, bad) => {
    expect(check(good).passed).toBe(true);
    const { passed, findings, rules } = check(bad);
    expect([passed, findings.length > 0]).toEqual([false, true]);
    expect(rules.filter(({ status }) => status !== 'not-checked')).toHaveLength(1);
  });

  it('asks for one of the bases', () => {
    expect(check({ bases: ['alpine', 'scratch'] }, true).passed).toBe(true);
    expect(check({ bases: ['alpine', 'scratch'] }).findings).toMatchObject([
      { message: 'the image is based on debian:12, not on alpine, scratch', actual: 'debian:12' },
    ]);
  });

  it('names the layer that matters, its line, and its largest files', () => {
    expect(check({ maxReclaimable: 10 }).findings).toMatchObject([
      { rule: 'max-reclaimable', layer: 1, line: 4, paths: ['large', 'small'], limit: 10 },
    ]);
    expect(check({ noShell: true }).findings.map((one) => [one.layer, one.paths])).toEqual([
      [null, ['bin/bash']],
      [0, ['bin/sh']],
      [1, ['***/sh']],
    ]);
  });

  it('writes bytes where a rounded size says nothing', () => {
    expect(check({ maxSize: 2999.9 }).findings[0]?.message).toBe(
      'the layers ship 3000; the limit is 2999.9',
    );
  });

  it('is all notes without limits', () => {
    const { passed, rules, findings } = check({});
    expect([passed, rules.length]).toEqual([true, 13]);
    expect(new Set(findings.map(({ level, limit }) => `${level} ${limit}`))).toEqual(
      new Set(['note null']),
    );
  });

  it('quotes no secret', () => {
    expect(JSON.stringify(check({}))).not.toContain('opensesame');
    expect(check({ maxSize: 0 }).findings[0]?.instruction).toBe('RUN make ***');
  });
});
