/** All rows: sections 1 and 2 of the collection of facts. */
import { addRows } from './add.ts';
import { contextRows } from './contexts.ts';
import { copyRows } from './copy.ts';
import { metadataRows } from './metadata.ts';
import { resultRows } from './results.ts';
import type { Row } from './row.ts';
import { runRows } from './run.ts';
import { stageRows } from './stages.ts';
import { textRows } from './text.ts';
import { wordRows } from './words.ts';

export const rows: readonly Row[] = [
  ...textRows,
  ...wordRows,
  ...stageRows,
  ...metadataRows,
  ...runRows,
  ...copyRows,
  ...addRows,
  ...contextRows,
  ...resultRows,
];
