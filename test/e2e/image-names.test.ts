/** What is said of images that are not where a name looks for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Blobs, dockerMembers, tarOfMembers } from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';

const REF = 'org.opencontainers.image.ref.name';

let bench: Workbench;
beforeAll(() => {
  bench = new Workbench();
  const blobs = new Blobs();
  const odd = { ...blobs.image(), annotations: { [REF]: 'my image/v1 (final)' } };
  bench.project(
    {
      'docker.tar': tarOfMembers(dockerMembers()),
      'odd-name.tar': tarOfMembers(blobs.layout([odd])),
      'none.tar': tarOfMembers(new Blobs().layout([])),
      'cut.tar': tarOfMembers(dockerMembers()).subarray(0, 1000),
      'text.tar': 'just a text\n'.repeat(100),
    },
    'files',
  );
});
afterAll(() => bench[Symbol.dispose]());

const cwd = () => join(bench.directory, 'files');

it.each([
  [
    'docker-archive:docker.tar:nope',
    "docker.tar has no image 'nope:latest'\n  expected: one of demo:1\n",
  ],
  [
    'oci-archive:odd-name.tar:v2',
    "odd-name.tar has no image 'v2'\n  expected: one of my image/v1 (final)\n",
  ],
  ['oci-archive:none.tar', 'none.tar has no image\n  code: ARCHIVE_NO_IMAGE'],
  ['docker-archive:cut.tar', 'cannot read cut.tar: the archive ends too early'],
  ['oci-archive:text.tar', 'cannot read text.tar: wrong checksum in the tar header at byte 0'],
  [
    'UPPER',
    "image 'UPPER' is not in the local store\n  hint: run `lamina images` to list images\n",
  ],
  ['nope', 'hint: docker://nope is the image in its registry'],
])('%s', async (image, message) => {
  const { status, stderr, stdout } = await bench.lamina(['report', image], { cwd: cwd() });
  expect(stderr).toContain(message);
  expect([status, stdout]).toEqual([1, '']);
});

it('an image whose name is no reference can be reported', async () => {
  const args = ['report', '--format', 'json', 'oci-archive:odd-name.tar'];
  const { stdout } = await bench.succeed(args, { cwd: cwd() });
  expect(JSON.parse(stdout)).toMatchObject({ image: { names: [] }, size: { files: 1 } });
});

it('a compressed archive that breaks off is named', async () => {
  const whole = join(bench.directory, 'files/docker.tar');
  const { gzipSync } = await import('node:zlib');
  writeFileSync(`${whole}.gz`, gzipSync(readFileSync(whole)).subarray(0, 300));
  const { stderr } = await bench.lamina(['report', 'docker-archive:docker.tar.gz'], { cwd: cwd() });
  expect(stderr).toContain('cannot read docker.tar.gz: the archive ends too early');
});
