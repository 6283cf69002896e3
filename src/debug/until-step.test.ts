import { expect, test } from 'vitest';
import { untilStep } from './until-step.ts';

const TEXT = `ARG BASE=debian
FROM $BASE AS one
ENV A=1
RUN <<EOF
echo one
EOF
COPY a /a
FROM one AS two
RUN echo two
WORKDIR /w
CMD ["x"]
FROM scratch
COPY --from=one /a /a
`;

test.each([
  ['one', 1, 'AS one'],
  ['one', 2, 'EOF'],
  ['ONE', 3, 'COPY a /a'],
  ['two', 1, 'RUN echo two'],
  ['1', 2, 'WORKDIR /w'],
  [undefined, 1, 'COPY --from=one /a /a'],
])('of stage %s, step %i is the last of the text: %s', (target, step, end) => {
  const text = untilStep(TEXT, 'Dockerfile', { target, step });
  expect(TEXT.startsWith(text)).toBe(true);
  expect(text.trimEnd().endsWith(end)).toBe(true);
});

test.each([
  [{ target: 'two', step: 3 }, 'a number from 1 to 2, as displays count: 2 for [2/4]'],
  [{ target: 'one', step: 0 }, 'a number from 1 to 3, as displays count: 2 for [2/4]'],
  [{ target: 'none', step: 1 }, 'one of one, two, 2'],
])('%j is an error that names the choices', (position, expected) => {
  expect(() => untilStep(TEXT, 'Dockerfile', position)).toThrow(
    expect.objectContaining({ code: 'DEBUG_NO_STEP', expected }),
  );
});
