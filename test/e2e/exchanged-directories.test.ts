/** Others exchange directories for symbolic links while lamina reads a context or writes files. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { LinkSwapper } from '../support/link-swapper.ts';

const ROUNDS = 12;
const CANARY = 'the canary sings outside';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

/** Files of the same names in directories d0, d1, … */
function fill(directory: string, content: string, count: number): void {
  for (let index = 0; index < count; index++) {
    mkdirSync(join(directory, `d${index}`), { recursive: true });
    for (let file = 0; file < 4; file++) {
      writeFileSync(join(directory, `d${index}/f${file}`), `${content}\n`);
    }
  }
}

describe('a directory of the context that becomes a link to one outside', () => {
  /** What the image has of each round that ended well. */
  async function outcomes(name: string, dockerfile: string): Promise<string[]> {
    const project = bench.project({ Dockerfile: dockerfile }, name);
    const outside = join(bench.directory, `${name}-outside`);
    fill(join(project, 'data'), 'inside', 60);
    fill(outside, CANARY, 60);
    const found: string[] = [];
    await using _swapper = await LinkSwapper.toAndFro(join(project, 'data'), outside, 8);
    for (let round = 0; round < ROUNDS; round++) {
      const dest = join(bench.directory, `${name}-${round}.tar`);
      const { status } = await bench.lamina([
        ...['build', '--no-cache', '--progress=plain', '-o', `type=tar,dest=${dest}`, project],
      ]);
      if (status === 0) found.push(readFileSync(dest, 'latin1'));
      rmSync(dest, { force: true });
    }
    return found;
  }

  it('is never followed by COPY', async () => {
    const found = await outcomes('copied', 'FROM scratch\nCOPY . /all/\n');
    expect(found.some((tar) => tar.includes('inside'))).toBe(true);
    expect(found.filter((tar) => tar.includes(CANARY))).toHaveLength(0);
  });

  it('is never followed by a bind mount', async () => {
    const mount = '--mount=type=bind,source=.,target=/in';
    const dockerfile = `FROM busybox\nRUN ${mount} cp -r /in /out; true\n`;
    const found = await outcomes('bound', dockerfile);
    expect(found.some((tar) => tar.includes('inside'))).toBe(true);
    expect(found.filter((tar) => tar.includes(CANARY))).toHaveLength(0);
  });
});

describe('a directory in the destination that becomes a link to one outside', () => {
  it('is never followed by -o type=local', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY data /\n' }, 'written');
    fill(join(project, 'data'), 'inside', 100);
    const canary = join(bench.directory, 'written-canary');
    mkdirSync(canary);
    for (let round = 0; round < ROUNDS; round++) {
      const dest = join(bench.directory, `written-${round}`);
      mkdirSync(dest);
      await using _swapper = await LinkSwapper.eachInTurn(dest, canary);
      await bench.lamina(['build', '-o', dest, project]);
      expect(readdirSync(canary)).toEqual([]);
    }
  });

  it('is never followed when the rest is removed', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' }, 'removed');
    const canary = join(bench.directory, 'removed-canary');
    const names = Array.from({ length: 500 }, (_, index) => `f${index}`);
    const fillWith = (directory: string) => {
      mkdirSync(directory, { recursive: true });
      for (const name of names) writeFileSync(join(directory, name), '');
    };
    fillWith(canary);
    for (let round = 0; round < ROUNDS; round++) {
      const dest = join(bench.directory, `removed-${round}`);
      fillWith(join(dest, 'old'));
      await using _swapper = await LinkSwapper.toAndFro(join(dest, 'old'), canary, 4);
      await bench.lamina(['build', '-o', `type=local,dest=${dest},mode=delete`, project]);
      expect(readdirSync(canary)).toHaveLength(names.length);
    }
  });
});
