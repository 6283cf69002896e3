/** Cases about images without layers, and about stages that other instructions find. */
import { type ConformanceCase, lines, type Topic } from '../case.ts';
import { stageNames } from './stage-names.ts';

const SECTION = '1.5 FROM';
type Row = readonly [name: string, rule: string, ...lines: string[]];
const EMPTY = 'an image without layers is an empty root';
const NAMES = 'names are compared as they are written or in lower case';

const rows: readonly Row[] = [
  ['image without layers', EMPTY, 'FROM hollow', 'LABEL a=1'],
  ['image without layers and COPY', EMPTY, 'FROM hollow', 'COPY a x'],
  ['image without layers and its environment', EMPTY, 'FROM hollow', 'LABEL a=$HOLLOW'],
  [
    'duplicate name, by index',
    'an index means the stage that it counts',
    'FROM scratch AS s',
    'COPY a /1',
    'FROM scratch AS s',
    'COPY a /2',
    'FROM scratch',
    'COPY --from=0 /1 /x',
  ],
  [
    'duplicate name in another case',
    NAMES,
    'FROM scratch AS s',
    'COPY a /1',
    'FROM scratch AS S',
    'COPY a /2',
    'FROM scratch',
    'COPY --from=s / /x',
  ],
  [
    'upper-case name of a base that is in lower case',
    NAMES,
    'FROM scratch AS build',
    'COPY a /1',
    'FROM BUILD',
  ],
  [
    'mount from a name in upper case',
    NAMES,
    'FROM scratch AS build',
    'COPY a /1',
    'FROM busybox',
    'RUN --mount=from=BUILD,target=/m ls /m > /f',
  ],
  [
    'expose from two variables',
    'EXPOSE words are split after expansion',
    'FROM scratch',
    'ARG A="80 81" B=82/udp',
    'EXPOSE $A $B 83',
  ],
  [
    'label does not split',
    'other words are not split',
    'FROM scratch',
    'ARG A="80 81"',
    'LABEL a=$A',
  ],
  [
    'env does not split',
    'other words are not split',
    'FROM scratch',
    'ARG A="80 81 B=1"',
    'ENV a=$A',
  ],
  [
    'env of several names',
    'the whole instruction sees the environment before it',
    'FROM scratch',
    'ENV A=1',
    'ENV A=2 B=$A C=$B',
    'LABEL c=$C b=$B',
  ],
  [
    'json source of a document',
    'the JSON form has no documents',
    'FROM busybox',
    'RUN ["echo", "<<EOF"]',
    'LABEL a=1',
  ],
  [
    'json source of a document for ADD',
    'the JSON form has no documents',
    'FROM busybox',
    'ADD ["<<EOF", "/x"]',
    'EOF',
  ],
  [
    'empty value of the platform flag',
    'a flag without a value says nothing',
    'FROM --platform= scratch',
    'COPY a /a',
  ],
  [
    'empty value of the platform flag and an image',
    'a flag without a value says nothing',
    'FROM --platform= busybox',
    'LABEL a=1',
  ],
];

const cases = rows.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
    files: { a: 'a\n' },
  }),
);

export const stages: Topic = { name: '1.5-stages', cases: [...cases, ...stageNames] };
