import type { Row } from '../row.ts';
import { contexts, copyFrom, manyBytes, manyFiles } from './copies.ts';
import { exports, layerCounts, load, registries } from './images.ts';
import { cached, oneFile } from './project.ts';
import { starts } from './starts.ts';
import { coldStages, eightStages, fiftyRuns, thousandStages } from './steps.ts';

export const rows: readonly Row[] = [
  cached,
  oneFile,
  fiftyRuns,
  manyFiles,
  manyBytes,
  copyFrom,
  eightStages,
  load,
  ...exports,
  thousandStages,
  coldStages,
  ...contexts,
  ...layerCounts,
  ...registries,
  ...starts,
];
