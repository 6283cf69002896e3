import { describe, expect, it } from 'vitest';
import { AMD64, type PlanSettings, plan } from '../../test/support/plans.ts';
import type { Digest } from '../oci/index.ts';

/** Finds every image that is requested. */
const resolveImage: PlanSettings['resolveImage'] = async (name) => ({
  name,
  id: 'sha256:any' as Digest,
  config: { ...AMD64, rootfs: { type: 'layers', diff_ids: [] } },
});

describe.each([
  ['COPY --from', (name: string) => `COPY --from=${name} /a /a`],
  ['a mount', (name: string) => `RUN --mount=target=/m,from=${name} true`],
  ['a cache mount', (name: string) => `RUN --mount=type=cache,target=/m,from=${name} true`],
  ['a tmpfs', (name: string) => `RUN --mount=type=tmpfs,target=/m,from=${name} true`],
])('a name in %s', (_, read) => {
  it.each([
    ['Later', ['FROM a AS one', read('Later'), 'FROM a AS later', 'FROM one'], 'line 3'],
    ['later', ['FROM a AS later', read('later')], 'a stage cannot copy from itself'],
    ['x', ['FROM a AS x', 'FROM a AS y', read('x'), 'FROM a AS x', 'FROM y'], 'line 4'],
    ['x', ['FROM a AS x', 'FROM a AS x', read('x')], 'a stage cannot copy from itself'],
  ])('is a stage, and never an image: %s of %j', async (name, lines, message) => {
    const line = lines.indexOf(read(name)) + 1;
    await expect(plan(lines.join('\n'), { resolveImage })).rejects.toMatchObject({
      code: 'PLAN_UNKNOWN_STAGE',
      message: expect.stringContaining(message),
      location: { range: { start: { line, column: read(name).indexOf(name) + 1 } } },
    });
  });

  it('of a later stage matters where the stage is planned', async () => {
    const text = ['FROM a AS unused', read('later'), 'FROM a AS later', 'FROM a'].join('\n');
    await plan(text, { resolveImage });
    await expect(plan(text, { resolveImage, everyStage: true })).rejects.toMatchObject({
      code: 'PLAN_UNKNOWN_STAGE',
    });
  });

  it('may be that of a later stage which a named context replaces', async () => {
    const text = ['FROM a AS one', read('later'), 'FROM a AS later', 'FROM one'].join('\n');
    const contexts = new Map([['later', { kind: 'local' } as const]]);
    await plan(text, { resolveImage, contexts });
  });
});

describe('what is wrong in stages that nobody needs', () => {
  it.each([
    ['FROM $BASE AS unused', 'PLAN_EMPTY_BASE', 6],
    ['FROM Bad::Name AS unused', 'REFERENCE_INVALID', 6],
    ['FROM BusyBox AS unused', 'REFERENCE_INVALID', 6],
    ['FROM busybox@sha256:12 AS unused', 'REFERENCE_INVALID', 6],
    ['FROM --platform=$P busybox AS unused', 'PLAN_EMPTY_PLATFORM', 17],
    ['FROM --platform=a/b/c/d busybox AS unused', 'PLATFORM_INVALID', 17],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Dockerfile.
    ['FROM ${BASE:?missing} AS unused', 'DOCKERFILE_VARIABLE_REQUIRED', 6],
  ])('is refused in %s', async (from, code, column) => {
    await expect(plan(`ARG BASE\n${from}\nFROM scratch\n`)).rejects.toMatchObject({
      code,
      location: { range: { start: { line: 2, column } } },
    });
  });

  it.each([
    ['COPY --from=7 /a /a', 'PLAN_UNKNOWN_STAGE', 13],
    ['COPY --from=0 /a /a', 'PLAN_UNKNOWN_STAGE', 13],
    ['COPY --from=$X /a /a', 'DOCKERFILE_VARIABLE_IN_FROM', 13],
    ['COPY --from=Bad:Name:x /a /a', 'REFERENCE_INVALID', 13],
    ['RUN --mount=target=/m,from=Bad:Name:x true', 'REFERENCE_INVALID', 28],
  ])('is refused in %s', async (instruction, code, column) => {
    await expect(plan(`FROM base AS unused\n${instruction}\nFROM scratch\n`)).rejects.toMatchObject(
      {
        code,
        location: { range: { start: { line: 2, column } } },
      },
    );
  });

  it('is refused where they need each other', async () => {
    const text = `FROM base AS one
COPY --from=two /a /a
FROM base AS two
COPY --from=three /a /a
FROM base AS three
COPY --from=one /a /a
FROM scratch
`;
    await expect(plan(text)).rejects.toMatchObject({
      code: 'PLAN_CIRCULAR_STAGES',
      message: "stages 'three' and 'one' depend on each other",
      location: { range: { start: { line: 6, column: 13 } } },
    });
  });
});
