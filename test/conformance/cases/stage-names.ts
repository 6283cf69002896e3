/** Cases about names that lead to later stages, and about the stages that nobody needs. */
import { type ConformanceCase, lines } from '../case.ts';

const SECTION = '1.5 FROM';
type Row = readonly [name: string, rule: string, ...lines: string[]];
const LATER = 'the name of a stage is that stage, never an image: only earlier stages can be used';
const UNUSED = 'FROM lines of stages that nobody needs are checked too';

const rows: readonly Row[] = [
  [
    'copy from a later stage',
    LATER,
    'FROM scratch AS a',
    'COPY --from=later /etc/group /x',
    'FROM scratch AS later',
    'FROM a',
  ],
  ['copy from itself', LATER, 'FROM scratch AS later', 'COPY --from=later /etc/group /x'],
  [
    'copy from a later stage in another case',
    LATER,
    'FROM scratch AS a',
    'COPY --from=LATER /etc/group /x',
    'FROM scratch AS Later',
    'FROM a',
  ],
  [
    'mount from a later stage',
    LATER,
    'FROM busybox AS a',
    'RUN --mount=from=later,target=/m ls /m > /f',
    'FROM scratch AS later',
    'FROM a',
  ],
  [
    'mount from itself',
    LATER,
    'FROM busybox AS later',
    'RUN --mount=from=later,target=/m ls /m > /f',
  ],
  [
    'cache from a later stage',
    LATER,
    'FROM busybox AS a',
    'RUN --mount=type=cache,from=later,target=/m ls /m > /f',
    'FROM scratch AS later',
    'FROM a',
  ],
  [
    'tmpfs that names a later stage',
    LATER,
    'FROM busybox AS a',
    'RUN --mount=type=tmpfs,from=later,target=/m ls /m > /f',
    'FROM scratch AS later',
    'FROM a',
  ],
  [
    'copy from a name that an earlier and a later stage have',
    LATER,
    'FROM scratch AS x',
    'COPY a /1',
    'FROM scratch AS y',
    'COPY --from=x /1 /2',
    'FROM scratch AS x',
    'COPY a /3',
    'FROM y',
  ],
  [
    'copy from a name that the stage shares with an earlier one',
    LATER,
    'FROM scratch AS x',
    'COPY a /1',
    'FROM scratch AS x',
    'COPY --from=x /1 /2',
  ],
  [
    'copy from a later stage, in a stage nobody needs',
    'who reads from whom is looked at where it is needed',
    'FROM scratch AS unused',
    'COPY --from=later /etc/group /x',
    'FROM scratch AS later',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'copy from itself, in a stage nobody needs',
    'stages that need themselves or each other are refused everywhere',
    'FROM scratch AS later',
    'COPY --from=later /etc/group /x',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'stages that need each other, which nobody needs',
    'stages that need themselves or each other are refused everywhere',
    'FROM scratch AS one',
    'COPY --from=two /a /a',
    'FROM scratch AS two',
    'COPY --from=one /a /a',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'copy from an index too large, in a stage nobody needs',
    'an index of no stage is refused everywhere',
    'FROM scratch AS unused',
    'COPY --from=7 /a /a',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'copy from a variable, in a stage nobody needs',
    'variables in --from are refused everywhere',
    'FROM scratch AS unused',
    'COPY --from=$x /a /a',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'copy from an image of a bad name, in a stage nobody needs',
    'bad names of images are refused everywhere',
    'FROM scratch AS unused',
    'COPY --from=Bad:Name:x /a /a',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'mount from an image of a bad name, in a stage nobody needs',
    'bad names of images are refused everywhere',
    'FROM scratch AS unused',
    'RUN --mount=from=Bad:Name:x,target=/m true',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'later stage in a trigger',
    LATER,
    'FROM scratch AS a',
    'ONBUILD COPY --from=later /etc/group /x',
    'FROM a AS b',
    'FROM scratch AS later',
    'FROM b',
  ],
  [
    'empty base of a stage nobody needs',
    UNUSED,
    'ARG BASE',
    'FROM $BASE AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'base of a stage nobody needs, by a variable that is not declared',
    UNUSED,
    'FROM $BASE AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'bad base name of a stage nobody needs',
    UNUSED,
    'FROM Bad::Name AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'upper-case base name of a stage nobody needs',
    UNUSED,
    'FROM BusyBox AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'bad digest in the base of a stage nobody needs',
    UNUSED,
    'FROM busybox@sha256:12 AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'empty platform of a stage nobody needs',
    UNUSED,
    'ARG P',
    'FROM --platform=$P busybox AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'bad platform of a stage nobody needs',
    UNUSED,
    'FROM --platform=a/b/c/d busybox AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
  [
    'base of a stage nobody needs asks for a variable',
    UNUSED,
    'FROM ${BASE:?missing} AS unused',
    'FROM scratch',
    'COPY a /a',
  ],
];

const TRIGGER = 'a trigger is an instruction of the stage that begins with it';
const triggers: readonly Row[] = [
  ['trigger with a wrong port', TRIGGER, 'FROM scratch AS a', 'ONBUILD EXPOSE 80 99999', 'FROM a'],
  [
    'trigger with a missing source',
    TRIGGER,
    'FROM scratch AS a',
    'ONBUILD COPY none /p/',
    'FROM a',
  ],
  ['trigger that fails', TRIGGER, 'FROM busybox AS a', 'ONBUILD RUN false', 'FROM a'],
  [
    'trigger that asks for a variable',
    TRIGGER,
    'FROM scratch AS a',
    'ONBUILD LABEL a="${X:?none}"',
    'FROM a',
  ],
  ['trigger with a wrong flag', TRIGGER, 'FROM scratch AS a', 'ONBUILD COPY --wrong a b', 'FROM a'],
  [
    'trigger and another escape character',
    'words of triggers have the escape character of the file, their lines a backslash',
    '# escape=`',
    'FROM scratch AS a',
    'ENV x=X',
    'ONBUILD LABEL a=`$x b=\\$x',
    'FROM a',
  ],
];

const byRow = [...rows, ...triggers].map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
    files: { a: 'a\n' },
  }),
);

const replaced: ConformanceCase = {
  name: 'copy from a later stage that a named context replaces',
  rule: `${SECTION}: a named context in the place of a stage is there from the beginning`,
  dockerfile: lines(
    'FROM scratch AS a',
    'COPY --from=later /b /x',
    'FROM scratch AS later',
    'FROM a',
  ),
  options: { contexts: { later: { b: 'b\n' } } },
};

export const stageNames: readonly ConformanceCase[] = [...byRow, replaced];
