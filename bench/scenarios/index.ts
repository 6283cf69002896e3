import type { Scenario } from '../scenario.ts';
import { copyBigFile, copyFromStage, copyManyFiles, exportImage } from './copies.ts';
import { cachedRebuild, oneFileChanged } from './project.ts';
import { eightStages, fiftyRuns, thousandStages } from './steps.ts';

export const scenarios: readonly Scenario[] = [
  cachedRebuild,
  oneFileChanged,
  fiftyRuns,
  copyManyFiles,
  copyBigFile,
  copyFromStage,
  eightStages,
  exportImage,
  thousandStages,
];
