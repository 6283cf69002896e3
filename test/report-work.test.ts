/** The work of a report grows as its image does: for twice the files twice the steps, whatever the number of layers. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LargeImage, writeLargeImage } from '../bench/large-image.ts';
import { StepCounter } from './support/counted-steps.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

/** Twice, and a little for what comes in pieces. */
const MOST = 2.1;

let counter: StepCounter;
let library: typeof import('../src/index.ts');

beforeAll(async () => {
  counter = StepCounter.start();
  library = await import('../src/index.ts');
});
afterAll(() => counter[Symbol.dispose]());

async function stepsOf(image: LargeImage): Promise<number> {
  const directory = temporaryDirectory('large-image');
  await writeLargeImage(join(directory, 'layout'), image);
  const lamina = library.createLamina({ root: join(directory, 'store'), env: {} });
  const name = `oci:${join(directory, 'layout')}`;
  return await counter.countUntilSettled(() => lamina.reportImage({ image: name }));
}

test('a report on twice the files takes twice the steps', async () => {
  const single = await stepsOf({ files: 3000, layers: 12, bytes: 300_000 });
  const double = await stepsOf({ files: 6000, layers: 12, bytes: 600_000 });
  expect(single).toBeGreaterThan(3000 * 20);
  expect(double / single).toBeLessThan(MOST);
});

test('a report on the same files in many more layers takes few more steps', async () => {
  const few = await stepsOf({ files: 3000, layers: 6, bytes: 300_000 });
  const many = await stepsOf({ files: 3000, layers: 60, bytes: 300_000 });
  expect(many / few).toBeLessThan(1.6);
});
