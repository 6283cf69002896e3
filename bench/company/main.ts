/**
 * `npm run simulate:company -- [--builds n] [--repositories n] [--wait seconds] [--seed n]`: how many builders a company needs, and what its
 * caches save. docs/scale.md shows the result.
 */
import { parseArgs } from 'node:util';
import { defaultCosts } from './costs.ts';
import { fewestBuilders, type Routing } from './simulate.ts';
import { dayOfBuilds } from './workload.ts';

const { values } = parseArgs({
  options: {
    builds: { type: 'string', default: '10000' },
    repositories: { type: 'string', default: '400' },
    wait: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});

const NAMES: Readonly<Record<Routing, string>> = {
  fresh: 'a new machine each time, no cache',
  'fresh-registry': 'a new machine each time, cache in a registry',
  any: 'builders that keep their stores, any of them',
  own: 'the same, each repository on its own builder',
};

const requests = dayOfBuilds({
  buildsPerDay: Number(values.builds),
  repositories: Number(values.repositories),
  seed: Number(values.seed),
});
const rows = (['fresh', 'fresh-registry', 'any', 'own'] as const).map((routing) => {
  const fleet = { routing, slots: 4, stored: 60, patience: 10 };
  const { builders, day } = fewestBuilders(requests, fleet, {
    costs: defaultCosts,
    seconds: Number(values.wait),
  });
  const cells = [
    NAMES[routing],
    String(builders),
    `${(day.hitRate * 100).toFixed(0)} %`,
    `${(day.work / 3600).toFixed(0)} h`,
    `${day.wait[1].toFixed(0)} s`,
    `${day.total[0].toFixed(0)} s`,
    `${day.total[1].toFixed(0)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
});
process.stdout.write(
  [
    '| where builds run | builders | steps cached | work a day | wait, 95 % | build, median | build, 95 % |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ].join('\n'),
);
