/** Programs that are in an image and do not start: what is wrong with them is said, in a build and by `run`. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const FAULTS = [
  ['python.sh', "'/python.sh' needs the interpreter '/nowhere/python'"],
  ['crlf.sh', "the lines of '/crlf.sh' end with CR LF"],
  ['foreign', "'/foreign' is a program for linux/"],
  ['plain.sh', "'/plain.sh' has no '#!' line"],
] as const;

/** The head of a program for a processor that this machine is not. */
function foreignProgram(): Buffer {
  const head = Buffer.from(readFileSync(process.execPath).subarray(0, 64));
  head.writeUInt16LE(process.arch === 'x64' ? 258 : 62, 18);
  head.writeUInt16LE(0, 56);
  return head;
}

beforeAll(async () => {
  await makeBusyboxImage(bench);
  const directory = bench.project(
    {
      Dockerfile: 'FROM busybox\nCOPY --chmod=755 *.sh foreign /\n',
      'python.sh': '#!/nowhere/python -u\n',
      'crlf.sh': '#!/bin/sh\r\necho hi\r\n',
      'plain.sh': 'echo hi\n',
      foreign: foreignProgram(),
    },
    'faulty',
  );
  await bench.succeed(['build', '-t', 'faulty', directory]);
});

async function failedBuild(...lines: readonly string[]): Promise<string> {
  const directory = bench.project({ Dockerfile: `FROM faulty\n${lines.join('\n')}\n` }, 'failing');
  const { status, stderr } = await bench.lamina(['build', '--progress=plain', directory]);
  expect(status).toBe(1);
  return stderr;
}

describe.each(FAULTS)('%s', (name, says) => {
  it('is explained as a step', async () => {
    expect(await failedBuild(`RUN ["/${name}"]`)).toContain(`error: ${says}`);
  });

  it('is explained as a container', async () => {
    const { status, stderr } = await bench.lamina(['run', '--rm', 'faulty', `/${name}`]);
    expect(stderr).toContain(`error: ${says}`);
    expect(status).toBe(/interpreter|CR LF/.test(says) ? 127 : 126);
  });
});

it('a program for another processor that a shell reads as a script is explained', async () => {
  expect(await failedBuild('RUN /foreign')).toContain("'/foreign' is a program for linux/");
});

it('a script that a shell did not find is explained', async () => {
  expect(await failedBuild('RUN cd / && ./crlf.sh')).toContain("'/crlf.sh' end with CR LF");
});

it('a program that ends with 1 by itself is not called faulty', async () => {
  const { status, stderr } = await bench.lamina(['run', '--rm', 'faulty', 'false']);
  expect([status, stderr]).toEqual([1, '']);
});

it('a here-document with CR LF is explained', async () => {
  const step = await failedBuild('RUN <<EOF\r', 'ls /bin\r', 'EOF\r');
  expect(step).toContain('the lines of the here-document end with CR LF');
  const copied = ['COPY <<EOF /x.sh\r', '#!/bin/sh\r', 'EOF\r', 'RUN chmod +x /x.sh && /x.sh'];
  expect(await failedBuild(...copied)).toContain("the lines of '/x.sh' end with CR LF");
});
