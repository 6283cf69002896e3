/**
 * Why steps ran, after random edits: each cause names something that was edited, and without that edit the step is found in
 * the cache, or another edit is named. `WHY_PROJECTS=25` makes 375 rounds of edits, `WHY_FIRST=26` those of other
 * projects; the default is 60.
 */
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLamina, type ExplainedStep, type Lamina } from '../../src/index.ts';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { randomEdits } from '../support/random-edits.ts';
import {
  type Edit,
  type Project,
  Random,
  randomProject,
  writeDockerfile,
} from '../support/random-projects.ts';

const PROJECTS = Number(process.env.WHY_PROJECTS ?? 4);
const ROUNDS = 15;
const FIRST = Number(process.env.WHY_FIRST ?? 1);
const seeds = Array.from({ length: PROJECTS }, (_, index) => FIRST + index);

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

interface Built {
  readonly id: string;
  /** Ids of instructions by their lines. */
  readonly ids: ReadonlyMap<number, string>;
  readonly dockerfile: string;
}

class ProjectBuilder {
  readonly lamina: Lamina;
  readonly #directory: string;

  constructor(name: string) {
    const root = join(bench.directory, `${name}-store`);
    cpSync(bench.store, root, { recursive: true, verbatimSymlinks: true });
    this.lamina = createLamina({ root });
    this.#directory = join(bench.directory, name);
  }

  async build(project: Project): Promise<Built> {
    const { text, ids } = writeDockerfile(project);
    rmSync(this.#directory, { recursive: true, force: true });
    const ignore = ['Dockerfile', '.dockerignore', ...project.ignore].join('\n');
    this.#write('Dockerfile', text);
    this.#write('.dockerignore', ignore);
    for (const [path, { content, mode }] of Object.entries(project.files)) {
      this.#write(path, content, { mode });
    }
    const named = `${this.#directory}-named`;
    rmSync(named, { recursive: true, force: true });
    for (const [path, { content, mode }] of Object.entries(project.named)) {
      this.#write(path, content, { mode, directory: named });
    }
    const { buildArgs, uncached, target } = project;
    const given = {
      ...{ context: this.#directory, buildContexts: { named } },
      ...{ buildArgs, noCacheFilter: uncached, target },
    };
    const { buildId } = await this.lamina.build(given);
    return { id: buildId, ids, dockerfile: text };
  }

  #write(
    path: string,
    content: string,
    { mode = 0o644, directory = this.#directory }: { mode?: number; directory?: string } = {},
  ): void {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  }
}

/** Checks each step of a build against the edits since an earlier one; returns the edits that causes name. */
async function check(builder: ProjectBuilder, before: Built, now: Built, edits: readonly Edit[]) {
  const { steps } = await builder.lamina.explainBuild({ build: now.id, against: before.id });
  const about = (step: ExplainedStep) =>
    `${JSON.stringify(step)}\nedits: ${edits.map(({ part }) => part).join(', ')}\n${before.dockerfile}--- now:\n${now.dockerfile}`;
  const named = new Map<Edit, ExplainedStep>();
  for (const step of steps) {
    const { status, cause } = step;
    if (status !== 'ran') {
      expect([status, cause], about(step)).toEqual(['cached', null]);
      continue;
    }
    if (cause === null) throw new Error(`there is no cause: ${about(step)}`);
    if (cause.kind === 'parent') {
      const from = steps.filter(({ name }) => name === cause.from);
      expect(
        from.map((one) => one.status),
        about(step),
      ).toContain('ran');
      expect(
        from.map((one) => one.cause?.kind),
        about(step),
      ).not.toContain('parent');
      continue;
    }
    const found = edits.filter(({ isNamed }) => isNamed(cause));
    if (found.length === 0) throw new Error(`no edit is named: ${about(step)}`);
    for (const edit of found) named.set(edit, step);
  }
  return { named, steps };
}

function edited(project: Project, edits: readonly Edit[]): Project {
  return edits.reduce((current, { apply }) => apply(current), project);
}

async function round(builder: ProjectBuilder, project: Project, random: Random): Promise<Project> {
  const before = await builder.build(project);
  const edits = randomEdits(project, random, random.pick([1, 1, 1, 2, 3]));
  const after = edited(project, edits);
  const now = await builder.build(after);
  const { named } = await check(builder, before, now, edits);
  for (const edit of named.keys()) {
    const others = edits.filter((one) => one !== edit);
    const undone = await builder.build(edited(project, others));
    const { steps } = await check(builder, before, undone, others);
    if (others.length === 0) expect(steps.filter(({ status }) => status === 'ran')).toEqual([]);
  }
  return random.below(2) === 0 ? project : { ...after, uncached: [] };
}

describe('after random edits', () => {
  it.each(seeds)('causes are true, seed %i', async (seed) => {
    const random = new Random(seed);
    const builder = new ProjectBuilder(`project-${seed}`);
    let project = randomProject(random);
    for (let count = 0; count < ROUNDS; count++) project = await round(builder, project, random);
  });
});
