/** Why steps ran: staged situations, each with one thing changed; undone, the step is found in the cache again. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/index.ts';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { bases } from '../support/why-situations/bases.ts';
import { files } from '../support/why-situations/files.ts';
import { instructions } from '../support/why-situations/instructions.ts';
import { variables } from '../support/why-situations/variables.ts';

const situations = [...files, ...variables, ...instructions, ...bases];

const bench = new Workbench();

beforeAll(async () => {
  await makeBusyboxImage(bench);
  const other = bench.project(
    { Dockerfile: 'FROM busybox\nCOPY more /etc/more\n', more: 'more' },
    'other',
  );
  await bench.succeed(['build', '-q', '-t', 'other', other]);
});
afterAll(() => bench[Symbol.dispose]());

async function why(root: string): Promise<Explanation> {
  const { stdout } = await bench.succeed(['why', '--root', root, '--format', 'json']);
  return JSON.parse(stdout) as Explanation;
}

function stepOf({ steps }: Explanation, part: string) {
  const found = steps.filter(({ name }) => name.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} steps are called ${part}`);
  return found[0];
}

let count = 0;

describe('the first cause is', () => {
  it.each(situations)('$name', async (situation) => {
    const { dockerfile, files = {}, flags = [], later, expected, isFinal = false } = situation;
    const name = `situation-${++count}`;
    const directory = bench.project({ Dockerfile: dockerfile, ...files }, name);
    // A store of its own: what other situations have built would be found in the cache.
    const root = join(bench.directory, `${name}-store`);
    cpSync(bench.store, root, { recursive: true, verbatimSymlinks: true });
    const build = (more: readonly string[] = []) =>
      bench.succeed(['build', '-q', '--root', root, ...flags, ...more, directory]);
    await build();
    for (const [path, content] of Object.entries(later.files ?? {})) {
      if (content === null) rmSync(join(directory, path));
      else writeFileSync(join(directory, path), content);
    }
    if (later.dockerfile !== undefined)
      writeFileSync(join(directory, 'Dockerfile'), later.dockerfile);
    later.change?.(directory);
    await build(later.flags);
    const explanation = await why(root);
    for (const [part, cause] of Object.entries(expected)) {
      const step = stepOf(explanation, part);
      if (cause === null) expect(step).toMatchObject({ status: 'cached', cause: null });
      else expect(step?.cause, part).toMatchObject(cause);
    }
    if (isFinal) return;
    rmSync(join(directory, '.dockerignore'), { force: true });
    for (const path of Object.keys(later.files ?? {}))
      rmSync(join(directory, path), { force: true });
    bench.project({ Dockerfile: dockerfile, ...files }, name);
    later.undo?.(directory);
    await build();
    const undone = await why(root);
    expect(undone.steps.map(({ status, cause }) => [status, cause])).toEqual(
      undone.steps.map(() => ['cached', null]),
    );
  });
});
