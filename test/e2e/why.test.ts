/** Why steps ran: staged situations, each with one thing changed; undone, the step is found in the cache again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { makeBases, stepOf, WhyProject } from '../support/why-project.ts';
import { bases } from '../support/why-situations/bases.ts';
import { files } from '../support/why-situations/files.ts';
import { instructions } from '../support/why-situations/instructions.ts';
import { platforms } from '../support/why-situations/platforms.ts';
import { variables } from '../support/why-situations/variables.ts';

const situations = [...files, ...variables, ...instructions, ...bases, ...platforms];

const bench = new Workbench();

beforeAll(() => makeBases(bench));
afterAll(() => bench[Symbol.dispose]());

let count = 0;

describe('the first cause is', () => {
  it.each(situations)('$name', async (situation) => {
    const { dockerfile, files: given = {}, flags = [], earlier = [] } = situation;
    const { later, expected } = situation;
    const first = { Dockerfile: dockerfile, ...given };
    // Each has a store of its own: what other situations have built would be found in the cache.
    const project = new WhyProject(bench, `situation-${++count}`, first);
    await project.build([...flags, ...earlier]);
    project.write({ ...later.files, ...(later.dockerfile && { Dockerfile: later.dockerfile }) });
    later.change?.(project.directory);
    await project.build([...flags, ...(later.flags ?? [])]);
    const explanation = await project.why();
    for (const [part, cause] of Object.entries(expected)) {
      const step = stepOf(explanation, part);
      if (cause === null) expect(step).toMatchObject({ status: 'cached', cause: null });
      else expect(step.cause, part).toMatchObject(cause);
    }
    if (situation.isFinal) return;
    const gone = Object.keys(later.files ?? {}).map((path) => [path, null] as const);
    project.write({ ...Object.fromEntries(gone), ...first });
    later.undo?.(project.directory);
    await project.build([...flags, ...earlier]);
    const undone = await project.why();
    expect(undone.steps.map(({ status, cause }) => [status, cause])).toEqual(
      undone.steps.map(() => ['cached', null]),
    );
  });
});
