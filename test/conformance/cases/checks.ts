/** Which warnings there are: `error=true` makes them failures that a case can show. */
import { type ConformanceCase, lines, type Topic } from '../case.ts';

const SECTION = '1.2 warnings';
type Row = readonly [name: string, rule: string, ...lines: string[]];

const DESCRIBED = '# check=error=true;experimental=InvalidDefinitionDescription';
const rows: readonly Row[] = [
  [
    'undefined variable',
    'an undefined name is warned of',
    '# check=error=true',
    'FROM scratch',
    'LABEL a=$NONE',
  ],
  [
    'undefined variable with a default',
    'a name with a default is looked at, too',
    '# check=error=true',
    'FROM scratch',
    'LABEL a=${NONE:-x}',
  ],
  [
    'undefined variable that is skipped',
    'a rule may be skipped',
    '# check=error=true;skip=UndefinedVar',
    'FROM scratch',
    'LABEL a=$NONE',
  ],
  [
    'defined variable',
    'a defined name is none',
    '# check=error=true',
    'FROM scratch',
    'ARG SOME',
    'LABEL a=$SOME',
  ],
  [
    'undefined argument in FROM',
    'an undeclared global name is warned of',
    '# check=error=true',
    'FROM busybox$NONE',
    'LABEL a=1',
  ],
  [
    'blank line in a continuation',
    'blank lines in continuations are warned of',
    '# check=error=true',
    'FROM scratch',
    'LABEL a=1 \\',
    '',
    '  b=2',
  ],
  [
    'comment in a continuation',
    'comments in continuations are not',
    '# check=error=true',
    'FROM scratch',
    'LABEL a=1 \\',
    '# comment',
    '  b=2',
  ],
  ['legacy form', 'legacy forms are warned of', '# check=error=true', 'FROM scratch', 'ENV a b'],
  [
    'reserved name',
    'reserved names are warned of',
    '# check=error=true',
    'FROM scratch AS context',
    'LABEL a=1',
  ],
  [
    'duplicate name',
    'names given twice are warned of',
    '# check=error=true',
    'FROM scratch AS a',
    'FROM scratch AS a',
    'LABEL a=1',
  ],
  ['maintainer', 'MAINTAINER is warned of', '# check=error=true', 'FROM scratch', 'MAINTAINER me'],
  [
    'expose in upper case',
    'protocols in upper case are warned of',
    '# check=error=true',
    'FROM scratch',
    'EXPOSE 80/TCP',
  ],
  [
    'expose an address',
    'addresses are warned of',
    '# check=error=true',
    'FROM scratch',
    'EXPOSE 127.0.0.1:80:80',
  ],
  ['expose a port', 'a port is good', '# check=error=true', 'FROM scratch', 'EXPOSE 80/tcp 81/udp'],
  [
    'names are case-sensitive',
    'rules have their spelling',
    '# check=error=true;skip=undefinedvar',
    'FROM scratch',
    'LABEL a=$NONE',
  ],
  [
    'description of a stage',
    'a description begins with the name',
    DESCRIBED,
    '',
    '# final is the result',
    'FROM scratch AS final',
    'LABEL a=1',
  ],
  [
    'description of something else',
    'a comment above a stage is its description',
    DESCRIBED,
    '',
    '# something else',
    'FROM scratch AS final',
    'LABEL a=1',
  ],
  [
    'description of an argument',
    'a comment above ARG is its description',
    DESCRIBED,
    '',
    '# something else',
    'ARG WHAT=1',
    'FROM scratch',
    'LABEL a=1',
  ],
  [
    'description with a blank line',
    'a description stands right above',
    DESCRIBED,
    '',
    '# something else',
    '',
    'FROM scratch AS final',
    'LABEL a=1',
  ],
];

const cases = rows.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
  }),
);

const replaced = (name: string, value: string, ...text: string[]): ConformanceCase => ({
  name,
  rule: `${SECTION}: BUILDKIT_DOCKERFILE_CHECK replaces the directive`,
  dockerfile: lines(...text),
  options: { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: value } },
});
const byArgument = [
  replaced('argument with error', 'error=true', 'FROM scratch', 'LABEL a=$NONE'),
  replaced('argument with skip', 'skip=all', '# check=error=true', 'FROM scratch', 'LABEL a=$NONE'),
  replaced('argument with both', 'skip=UndefinedVar;error=true', 'FROM scratch', 'LABEL a=$NONE'),
];

export const checks: Topic = { name: '1.2-warnings', cases: [...cases, ...byArgument] };
