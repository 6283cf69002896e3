import { type ConformanceCase, type ContextFiles, file, lines, type Topic } from '../case.ts';
import { type CacheRow, cacheCases } from './cache-cases.ts';

const SECTION = '2.2 cache keys';

const base: ContextFiles = { a: 'a\n', b: 'b\n', 'd/c': 'c\n' };

const rows: readonly CacheRow[] = [
  [
    'nothing changed',
    'an equal build is cached',
    ['COPY a /a', 'RUN echo x > /x', 'WORKDIR /w'],
    {},
  ],
  [
    'comments',
    'comments are in no key',
    ['RUN echo comments > /x'],
    ['# new', 'RUN echo comments > /x'],
  ],
  [
    'stage name',
    'names of stages are in no key',
    ['RUN echo name > /x'],
    ['RUN echo name > /x', 'LABEL a=1'],
  ],
  ['text of RUN', 'the arguments are in the key', ['RUN echo text > /x'], ['RUN echo  text > /x']],
  [
    'continuation in RUN',
    'blanks of continuations are in the key',
    ['RUN echo cont > /x'],
    ['RUN echo \\', '  cont > /x'],
  ],
  [
    'ENV before RUN',
    'the environment is in the key',
    ['ENV A=1', 'RUN echo env > /x'],
    ['ENV A=2', 'RUN echo env > /x'],
  ],
  [
    'ENV after RUN',
    'a later ENV is in no key',
    ['RUN echo later > /x', 'ENV A=1'],
    ['RUN echo later > /x', 'ENV A=2'],
  ],
  [
    'ENV and COPY',
    'the environment is in no key of COPY',
    ['ENV A=1', 'COPY a /env'],
    ['ENV A=2', 'COPY a /env'],
  ],
  [
    'LABEL and CMD',
    'metadata is in no key',
    ['LABEL a=1', 'CMD a', 'RUN echo meta > /x'],
    ['LABEL a=2', 'CMD b', 'RUN echo meta > /x'],
  ],
  [
    'USER before RUN',
    'the user is in the key',
    ['RUN chmod 777 /there', 'RUN echo user > /there/x'],
    ['RUN chmod 777 /there', 'USER app', 'RUN echo user > /there/x'],
  ],
  [
    'WORKDIR before RUN',
    'the working directory is in the key',
    ['WORKDIR /w1', 'RUN echo dir > /x'],
    ['WORKDIR /w2', 'RUN echo dir > /x'],
  ],
  [
    'SHELL before RUN',
    'the shell is in the arguments',
    ['RUN echo shell > /x'],
    ['SHELL ["/bin/ash", "-c"]', 'RUN echo shell > /x'],
  ],
  [
    'network of RUN',
    'the network is in the key',
    ['RUN echo net > /x'],
    ['RUN --network=none echo net > /x'],
  ],
  [
    'build argument that RUN sees',
    'ARG values are in the key',
    ['ARG A=1', 'RUN echo arg > /x'],
    { buildArgs: { A: '2' } },
  ],
  [
    'build argument that is not declared',
    'what is not declared is in no key',
    ['RUN echo undeclared > /x'],
    { buildArgs: { A: '2' } },
  ],
  [
    'proxy',
    'proxy variables are in no key',
    ['RUN echo proxy > /x'],
    { buildArgs: { HTTP_PROXY: 'http://p.invalid:1' } },
  ],
  [
    'changed file',
    'content is in the key of COPY',
    ['COPY a /changed', 'RUN echo after > /x'],
    { files: { a: 'changed\n' } },
  ],
  [
    'changed file that is not copied',
    'other files are in no key',
    ['COPY a /other', 'RUN echo other > /x'],
    { files: { b: 'changed\n' } },
  ],
  ['touched file', 'times are in no key', ['COPY a /touched'], { files: { a: 'a\n' } }],
  ['changed mode', 'modes are in the key', ['COPY a /mode'], { files: { a: file('a\n', 0o755) } }],
  [
    'new file in a directory',
    'names are in the key of a directory',
    ['COPY d /new'],
    { files: { 'd/new': 'new\n' } },
  ],
  ['destination', 'the destination is in the key', ['COPY a /dest1'], ['COPY a /dest2']],
  ['owner', '--chown is in the key', ['COPY a /own'], ['COPY --chown=1 a /own']],
  [
    'same content by another name',
    'the name of a source that becomes another file',
    ['COPY a /same'],
    { dockerfile: 'FROM busybox\nCOPY e /same\n', files: { e: 'a\n' } },
  ],
  [
    'step before is new',
    'what comes after a new step runs',
    ['RUN echo one > /one', 'RUN echo two > /two'],
    ['RUN echo 1 > /one', 'RUN echo two > /two'],
  ],
  [
    'step before gives the same',
    'RUN is keyed by its steps, not by their result',
    ['RUN echo equal > /one', 'RUN echo after-equal > /two'],
    ['RUN echo "equal" > /one', 'RUN echo after-equal > /two'],
  ],
  [
    'bind of an unchanged path',
    'a bind is keyed by its content',
    ['RUN --mount=source=a,target=/in cat /in > /x'],
    { files: { b: 'changed\n' } },
  ],
  [
    'bind of a changed path',
    'a bind is keyed by its content',
    ['RUN --mount=source=b,target=/in cat /in > /y'],
    { files: { b: 'changed\n' } },
  ],
  [
    'secret mount',
    'a mount of a secret is in the key',
    ['RUN echo secret > /x'],
    ['RUN --mount=type=secret,id=s echo secret > /x'],
  ],
  [
    'cache mount id',
    'the id of a cache is in no key',
    ['RUN --mount=type=cache,id=key-one,target=/c echo id > /x'],
    ['RUN --mount=type=cache,id=key-two,target=/c echo id > /x'],
  ],
  [
    'here-document',
    'the text of a document is in the key',
    ['COPY <<EOF /doc', 'one', 'EOF'],
    ['COPY <<EOF /doc', 'two', 'EOF'],
  ],
];

const cases = cacheCases(rows, base);

const stages: ConformanceCase = {
  name: 'stage that gives the same',
  rule: `${SECTION}: COPY --from is keyed by content, so equal results of a stage are found again`,
  dockerfile: lines(
    'FROM busybox AS one',
    'RUN echo same-result > /f',
    'FROM busybox',
    'COPY --from=one /f /g',
    'RUN echo after-copy > /x',
  ),
  second: {
    dockerfile: lines(
      'FROM busybox AS other',
      'RUN echo "same-result" > /f',
      'FROM busybox',
      'COPY --from=other /f /g',
      'RUN echo after-copy > /x',
    ),
  },
};

export const cache: Topic = { name: '2.2-cache', cases: [...cases, stages] };
