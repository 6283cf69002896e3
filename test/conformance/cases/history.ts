import { type ConformanceCase, lines, type Topic, withDifferences } from '../case.ts';

const SECTION = '2.1 history';
type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

const rows: readonly Row[] = [
  [
    'every instruction',
    'one entry per instruction, in order',
    [
      'FROM busybox',
      'MAINTAINER me',
      'ARG A=1',
      'ENV B=2',
      'LABEL c=3',
      'WORKDIR /w',
      'COPY a .',
      'ADD a b',
      'RUN echo $A',
      'EXPOSE 80',
      'VOLUME /v',
      'USER app',
      'STOPSIGNAL 9',
      'SHELL ["/bin/sh", "-c"]',
      'HEALTHCHECK CMD x',
      'ENTRYPOINT ["e"]',
      'CMD ["c"]',
      'ONBUILD RUN x',
    ],
  ],
  ['copy expanded', 'COPY shows the expanded text', ['FROM scratch', 'ENV S=a D=/x', 'COPY $S $D']],
  [
    'copy relative',
    'the destination is shown as it is written',
    ['FROM scratch', 'WORKDIR /w', 'COPY a ./b/'],
  ],
  ['copy several', 'all sources are shown', ['FROM scratch', 'COPY a b d/ /x/']],
  ['copy json', 'the exec form is shown as words', ['FROM scratch', 'COPY ["a", "x y"]']],
  [
    'copy flags',
    '--parents, --chown and --chmod are shown in this order',
    ['FROM scratch', 'COPY --chmod=600 --chown=1:2 --parents d/c /x/'],
  ],
  ['copy exclude', '--exclude is not shown', ['FROM scratch', 'COPY --exclude=c d /x/']],
  [
    'copy from and link',
    '--from and --link are not shown',
    ['FROM scratch AS o', 'COPY a /a', 'FROM scratch', 'COPY --link --from=o /a /b'],
  ],
  [
    'copy here-document',
    'documents are shown by their word',
    ['FROM scratch', 'COPY <<ONE <<"TWO" /x/', '1', 'ONE', '2', 'TWO'],
  ],
  ['copy mixed', 'sources come before documents', ['FROM scratch', 'COPY <<ONE a /x/', '1', 'ONE']],
  [
    'add flags',
    'ADD shows its flags',
    ['FROM scratch', 'ADD --chmod=600 --chown=1:2 --unpack=false a /x'],
  ],
  [
    'run shell',
    'RUN shows the shell and the text',
    ['FROM busybox', 'RUN echo "a  b" \\', '  && true'],
  ],
  ['run exec', 'RUN shows the arguments', ['FROM busybox', 'RUN ["sh", "-c", "echo a b"]']],
  [
    'run with another shell',
    'RUN shows that shell',
    ['FROM busybox', 'SHELL ["/bin/ash", "-e", "-c"]', 'RUN true'],
  ],
  [
    'run flags',
    'flags of RUN are not shown',
    ['FROM busybox', 'RUN --network=none --mount=type=tmpfs,target=/t true'],
  ],
  [
    'run with arguments',
    '`|N` and the ARGs',
    ['FROM busybox', 'ARG A="x y"', 'ARG B', 'ARG C=$A', 'RUN true'],
    { buildArgs: { B: "it's" } },
  ],
  [
    'run with many arguments',
    'the number of ARGs',
    ['FROM busybox', 'ARG A=1 B=2 C=3 D=4 E=5', 'ARG F', 'RUN true'],
  ],
  [
    'env quotes',
    'values are shown without quotes',
    ['FROM scratch', 'ENV A="x y" B=\'z\' C=$HOME'],
  ],
  ['env legacy', 'the legacy form is shown with `=`', ['FROM scratch', 'ENV A x y']],
  [
    'label order',
    'labels are shown in the order of the line',
    ['FROM scratch', 'LABEL z=1 a=2 m=3'],
  ],
  [
    'arg forms',
    'ARG shows names and values',
    ['FROM scratch', 'ARG A', 'ARG B=', 'ARG C="x y" D'],
    { buildArgs: { D: 'given' } },
  ],
  [
    'cmd and entrypoint',
    'CMD and ENTRYPOINT are quoted',
    ['FROM scratch', 'CMD a "b" \\c', 'ENTRYPOINT ["x", "y\\tz", "é\\u0007"]'],
  ],
  ['user expanded', 'USER shows the value', ['FROM scratch', 'ENV U=me', 'USER $U']],
  [
    'expose',
    'EXPOSE shows ports and protocols',
    ['FROM scratch', 'EXPOSE 80 443/tcp 53/udp 5000-5002'],
  ],
  ['volume', 'VOLUME shows the list', ['FROM scratch', 'VOLUME /a /b', 'VOLUME ["/c d"]']],
  ['shell', 'SHELL shows the list', ['FROM scratch', 'SHELL ["/bin/sh", "-e", "-c"]']],
  [
    'healthcheck',
    'HEALTHCHECK shows all members',
    [
      'FROM scratch',
      'HEALTHCHECK --interval=30s --timeout=1m5s --retries=3 CMD curl -f http://x/',
      'HEALTHCHECK --start-period=100ms --start-interval=2h CMD ["a", "b c"]',
      'HEALTHCHECK NONE',
    ],
  ],
  ['onbuild', 'ONBUILD has no entry', ['FROM scratch', 'ONBUILD RUN x', 'LABEL a=1']],
  ['triggers', 'triggers have their entries', ['FROM triggers', 'LABEL a=1']],
  [
    'base without a history',
    'its layer gets an entry',
    ['FROM history-none', 'LABEL a=1', 'COPY a /a'],
  ],
  [
    'base with a longer history',
    'a surplus entry loses its layer',
    ['FROM history-long', 'LABEL a=1', 'COPY a /a'],
  ],
  [
    'base with empty entries',
    'its layer gets an entry',
    ['FROM history-empty', 'LABEL a=1', 'COPY a /a'],
  ],
  [
    'workdir',
    'WORKDIR shows the absolute path',
    ['FROM scratch', 'WORKDIR /a', 'WORKDIR b', 'WORKDIR /'],
  ],
  ['maintainer', 'MAINTAINER has an entry', ['FROM scratch', 'MAINTAINER Some Body <x@y>']],
  ['stopsignal', 'STOPSIGNAL has an entry', ['FROM scratch', 'STOPSIGNAL term']],
  [
    'stages',
    'a child stage has the entries of its parent',
    ['FROM scratch AS one', 'ENV A=1', 'COPY a /a', 'FROM one', 'LABEL b=2'],
  ],
  [
    'other stages',
    'stages that are copied from leave no entries',
    ['FROM scratch AS one', 'ENV A=1', 'COPY a /a', 'FROM scratch', 'COPY --from=one /a /b'],
  ],
  ['base', 'entries of the base come first', ['FROM rich', 'ENV A=1']],
  [
    'layers and entries',
    'every entry with a layer has one',
    ['FROM busybox', 'RUN true', 'WORKDIR /tmp', 'COPY a /a', 'COPY a /a', 'RUN rm /a'],
  ],
  [
    'layers hold what is new',
    'a layer holds what its step changed',
    [
      'FROM busybox',
      'RUN echo 1 > /one',
      'COPY b /two',
      'RUN rm /one; echo 3 > /there/dir/three',
      'WORKDIR /four/five',
    ],
  ],
  ['author of the base', 'the author of the base is kept', ['FROM busybox', 'LABEL a=1']],
  ['env of several words', 'ENV with quoted words', ['FROM scratch', 'ENV A="a b" B=\'c "d"\' C=']],
  ['label expanded', 'LABEL shows values', ['FROM scratch', 'ENV V=1', 'LABEL a=$V b="x y"']],
  [
    'arg given',
    'ARG shows the value that is given',
    ['FROM scratch', 'ARG A=1 B', 'LABEL a=$A$B'],
    { buildArgs: { A: '2', B: '3' } },
  ],
  ['cmd shell', 'CMD shows the shell', ['FROM scratch', 'SHELL ["/s", "-x"]', 'CMD a "b"']],
  ['entrypoint reset', 'ENTRYPOINT [] has an entry', ['FROM scratch', 'ENTRYPOINT []', 'CMD []']],
  ['user with group', 'USER shows both', ['FROM scratch', 'ARG G=5', 'USER a:$G']],
  [
    'expose range',
    'EXPOSE shows every port',
    ['FROM scratch', 'EXPOSE 8002-8000/udp 80', 'EXPOSE 8000-8002/udp 80'],
  ],
  ['expose udp', 'EXPOSE shows every port', ['FROM scratch', 'EXPOSE 8000-8002/udp 80']],
  [
    'volume json',
    'VOLUME shows the list',
    ['FROM scratch', 'VOLUME ["/a b", "/c"]', 'VOLUME /d /e'],
  ],
  ['shell quotes', 'SHELL shows words as they are', ['FROM scratch', 'SHELL ["a b", "-c"]']],
  ['healthcheck none', 'HEALTHCHECK NONE shows all members', ['FROM scratch', 'HEALTHCHECK NONE']],
  [
    'healthcheck exec',
    'HEALTHCHECK shows the list',
    ['FROM scratch', 'HEALTHCHECK --interval=1m30s --retries=2 CMD ["a", "b c"]'],
  ],
  ['workdir root', 'WORKDIR / has no layer', ['FROM busybox', 'WORKDIR /', 'WORKDIR /w']],
  [
    'workdir relative',
    'WORKDIR shows the absolute path',
    ['FROM busybox', 'WORKDIR a', 'WORKDIR b/../c'],
  ],
  [
    'config of an unusual base',
    'members of the config that nobody knows are kept',
    ['FROM unusual', 'LABEL a=1'],
  ],
  [
    'config of an unusual base and a step',
    'members of the config that nobody knows are kept',
    ['FROM unusual', 'COPY a /a', 'CMD x'],
  ],
  [
    'onbuild of a stage',
    'triggers have entries where they run',
    ['FROM scratch AS s', 'ONBUILD LABEL t=1', 'FROM s', 'LABEL a=1'],
  ],
  [
    'layer of a metadata step',
    'metadata makes no layer',
    ['FROM busybox', 'ENV A=1', 'USER app', 'EXPOSE 1'],
  ],
  [
    'epoch and a base',
    'entries of the base keep their times',
    ['FROM busybox', 'RUN true'],
    { buildArgs: { SOURCE_DATE_EPOCH: '0' } },
  ],
  [
    'epoch and metadata',
    'metadata has entries with an epoch, too',
    ['FROM scratch', 'LABEL a=1', 'ENV A=1'],
    { buildArgs: { SOURCE_DATE_EPOCH: '1600000000' } },
  ],
  [
    'epoch',
    'SOURCE_DATE_EPOCH changes times only',
    ['FROM busybox', 'COPY a /a', 'RUN true'],
    { buildArgs: { SOURCE_DATE_EPOCH: '1600000000' } },
  ],
];

const cases = rows.map(
  ([name, rule, dockerfile, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files: { a: 'a\n', b: 'b\n', 'd/c': 'c\n', 'd/e': 'e\n' },
    layers: true,
    ...(options && { options }),
  }),
);

const UNKNOWN =
  'Members of the config of a base image that BuildKit does not know are kept; BuildKit drops them';
const unusual = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  MacAddress: '02:42:ac:11:00:02',
  Unknown: { kept: true },
};

const CORRECTED =
  'If the history of a base image does not match its layers, lamina corrects it before it adds the steps. BuildKit assigns the layers of the steps to the wrong entries';
const added = ['empty: LABEL a=1', 'layer: COPY a /a # buildkit'];

const differing = withDifferences(cases, {
  'base without a history': {
    reason: CORRECTED,
    lamina: { outcome: { history: added } },
  },
  'base with a longer history': {
    reason: CORRECTED,
    lamina: { outcome: { history: ['empty: second (comment none)', ...added] } },
  },
  'base with empty entries': {
    reason: CORRECTED,
    lamina: { outcome: { history: ['layer:  (comment buildkit.exporter.image.v0)', ...added] } },
  },
  'config of an unusual base': {
    reason: UNKNOWN,
    lamina: { outcome: { config: { Cmd: ['sh'], ...unusual, Labels: { a: '1' } } } },
  },
  'config of an unusual base and a step': {
    reason: UNKNOWN,
    lamina: {
      outcome: { config: { ArgsEscaped: true, Cmd: ['/bin/sh', '-c', 'x'], ...unusual } },
    },
  },
  'layers and entries': {
    reason:
      'The layer of a COPY contains everything that the step copied, even files that were already there',
    lamina: { outcome: { layers: [[], [], ['a'], ['a'], ['.wh.a']] } },
  },
});

export const history: Topic = { name: '2.1-history', cases: differing };
