import { type ConformanceCase, lines, type Topic } from '../case.ts';

const SECTION = '1.6 ARG';
type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  buildArgs?: Readonly<Record<string, string>>,
  options?: ConformanceCase['options'],
];

const show = 'RUN echo "${A-unset}" > /f';

const rows: readonly Row[] = [
  ['default', 'the default of the stage', ['FROM scratch', 'ARG A=default', 'LABEL a=$A']],
  [
    'build argument',
    'the build argument wins over the default',
    ['FROM scratch', 'ARG A=default', 'LABEL a=$A'],
    { A: 'given' },
  ],
  [
    'empty build argument',
    'an empty build argument is a value',
    ['FROM scratch', 'ARG A=default', 'LABEL a=[$A]'],
    { A: '' },
  ],
  [
    'set again',
    'a variable that is set again stands at the end of what RUN gets',
    [
      'FROM busybox',
      'ENV A=1 B=2',
      'ARG C=3',
      'ENV A=4',
      `RUN tr '\\0' '\\n' < /proc/$$/environ | grep ^[ABC]= > /f`,
    ],
  ],
  [
    'in a stage made from it',
    'what the image of a stage sets goes before its ARGs in the stages made from it',
    ['FROM busybox AS a', 'ENV A=env', 'ARG A=arg', 'ARG B=kept', 'FROM a', show, 'LABEL l=$A$B'],
  ],
  [
    'no value',
    'an ARG without value expands to nothing',
    ['FROM scratch', 'ARG A', 'LABEL a=[${A-unset}]'],
  ],
  [
    'no value, given',
    'an ARG without default takes the build argument',
    ['FROM scratch', 'ARG A', 'LABEL a=$A'],
    { A: 'given' },
  ],
  [
    'global',
    'a global ARG is the default of a stage ARG without value',
    ['ARG A=global', 'FROM scratch', 'ARG A', 'LABEL a=$A'],
  ],
  [
    'global is not in scope',
    'a stage does not see global ARGs',
    ['ARG A=global', 'FROM scratch', 'LABEL a=[$A]'],
  ],
  [
    'global and stage default',
    'the default of the stage wins over the global value',
    ['ARG A=global', 'FROM scratch', 'ARG A=stage', 'LABEL a=$A'],
  ],
  [
    'global overridden',
    'the build argument wins over the global value',
    ['ARG A=global', 'FROM scratch', 'ARG A', 'LABEL a=$A'],
    { A: 'given' },
  ],
  [
    'globals in order',
    'global ARGs refer to earlier ones',
    ['ARG A=1', 'ARG B=${A}2', 'FROM scratch', 'ARG B', 'LABEL b=$B'],
  ],
  [
    'globals and platform arguments',
    'global ARGs refer to platform ARGs',
    ['ARG P=x-$TARGETARCH', 'FROM scratch', 'ARG P', 'LABEL p=$P'],
  ],
  [
    'several globals',
    'one ARG may declare several',
    ['ARG A=1 B=2', 'FROM scratch', 'ARG A B', 'LABEL a=$A b=$B'],
  ],
  [
    'before its declaration',
    'an ARG counts from its line on',
    ['FROM scratch', 'LABEL before=[$A]', 'ARG A=1', 'LABEL after=$A'],
  ],
  [
    'declared twice',
    'the later declaration wins',
    ['FROM scratch', 'ARG A=1', 'ARG A=2', 'LABEL a=$A'],
  ],
  [
    'declared again without value',
    'a later declaration without value',
    ['FROM scratch', 'ARG A=1', 'ARG A', 'LABEL a=[$A]'],
  ],
  [
    'child stage',
    'child stages inherit ARGs',
    ['FROM busybox AS one', 'ARG A=1', 'FROM one', show],
  ],
  ['in RUN', 'ARGs are in the environment of RUN', ['FROM busybox', 'ARG A=1', show]],
  [
    'without value in RUN',
    'an ARG without value is not in the environment of RUN',
    ['FROM busybox', 'ARG A', show],
  ],
  [
    'not in the image',
    'ARGs are not in the environment of the image',
    ['FROM busybox', 'ARG A=1', 'ENV B=$A'],
  ],
  [
    'after ENV',
    'an ARG after an ENV overrides it for RUN',
    ['FROM busybox', 'ENV A=env', 'ARG A=arg', show],
  ],
  [
    'before ENV',
    'an ENV after an ARG overrides it',
    ['FROM busybox', 'ARG A=arg', 'ENV A=env', show],
    { A: 'given' },
  ],
  [
    'after ENV, given',
    "a build argument counts as the ARG's value",
    ['FROM busybox', 'ENV A=env', 'ARG A', show],
    { A: 'given' },
  ],
  [
    'after ENV, no value',
    'an ARG with no value leaves ENV alone',
    ['FROM busybox', 'ENV A=env', 'ARG A', show],
  ],
  [
    'env of the base and arg',
    'an ARG overrides ENV of the base',
    ['FROM rich', 'ARG BASE_VAR=arg', 'LABEL a=$BASE_VAR'],
  ],
  [
    'undeclared build argument',
    'a build argument that no ARG declares has no effect',
    ['FROM busybox', show],
    { A: 'given' },
  ],
  [
    'history of RUN',
    'RUN shows the ARGs',
    ['FROM busybox', 'ARG A=1', 'ARG B', 'ARG C="x y"', 'RUN true'],
    { B: '2' },
  ],
  [
    'history of RUN in a child',
    'RUN shows inherited ARGs too',
    ['FROM busybox AS one', 'ARG A=1', 'FROM one', 'ARG B=2', 'RUN true'],
  ],
  [
    'history of RUN with ENV between',
    'RUN shows the value of the environment',
    ['FROM busybox', 'ARG A=1', 'ENV A=2', 'RUN true'],
  ],
  [
    'history of RUN with the same name twice',
    'RUN shows each declaration',
    ['FROM busybox', 'ARG A=1', 'ARG A=2', 'RUN true'],
  ],
  [
    'global in history',
    'an ARG that takes the global value shows it',
    ['ARG A=global', 'FROM busybox', 'ARG A', 'RUN true'],
  ],
  [
    'proxy',
    'proxy variables need no ARG, and are no part of history',
    ['FROM busybox', 'RUN echo "$HTTP_PROXY $http_proxy $no_proxy" > /f'],
    { HTTP_PROXY: 'http://p.invalid:1', no_proxy: 'local' },
  ],
  [
    'proxy declared',
    'a declared proxy variable is in history',
    ['FROM busybox', 'ARG HTTP_PROXY', 'RUN echo "$HTTP_PROXY" > /f'],
    { HTTP_PROXY: 'http://p.invalid:1' },
  ],
  [
    'proxy over ENV',
    'a proxy variable of the build goes before one that ENV sets',
    ['FROM busybox', 'ENV no_proxy=own NO_PROXY=own2', 'RUN echo "$no_proxy $NO_PROXY" > /f'],
    { NO_PROXY: 'given' },
  ],
  [
    'proxy that is empty',
    'an empty proxy variable is not set',
    ['FROM busybox', 'ENV no_proxy=own', 'RUN env | grep -i _proxy | sort > /f'],
    { NO_PROXY: '', HTTP_PROXY: '' },
  ],
  [
    'proxy not in words',
    'a proxy variable is not expanded unless declared',
    ['FROM busybox', 'LABEL p=[$HTTP_PROXY]'],
    { HTTP_PROXY: 'http://p.invalid:1' },
  ],
  [
    'proxy spellings',
    'all proxies in both spellings',
    ['FROM busybox', 'RUN env | grep -i _proxy | sort > /f'],
    { https_proxy: 'a', FTP_PROXY: 'b', ALL_PROXY: 'c', NO_PROXY: 'd' },
  ],
  [
    'platform arguments',
    'platform ARGs have to be declared',
    ['FROM scratch', 'LABEL a=[$TARGETARCH]', 'ARG TARGETARCH', 'LABEL b=$TARGETARCH'],
  ],
  [
    'all platform arguments',
    'platform ARGs of target and builder',
    [
      'FROM scratch',
      'ARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT TARGETOSVERSION',
      'ARG BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT BUILDOSVERSION',
      'LABEL t=$TARGETPLATFORM,$TARGETOS,$TARGETARCH,$TARGETVARIANT,$TARGETOSVERSION b=$BUILDPLATFORM,$BUILDOS,$BUILDARCH,$BUILDVARIANT,$BUILDOSVERSION',
    ],
  ],
  [
    'platform arguments of another platform',
    'platform ARGs follow --platform',
    [
      'FROM scratch',
      'ARG TARGETPLATFORM TARGETARCH TARGETVARIANT BUILDARCH',
      'LABEL t=$TARGETPLATFORM,$TARGETARCH,$TARGETVARIANT,$BUILDARCH',
    ],
    {},
    { platform: 'linux/arm/v6' },
  ],
  ...['linux/arm', 'linux/arm64/v8', 'linux/x86_64'].map(
    (platform): Row => [
      `platform arguments of ${platform}`,
      'platform ARGs have the one spelling of a platform',
      [
        'FROM scratch',
        'ARG TARGETPLATFORM',
        'ARG TARGETVARIANT=none',
        'LABEL platform=$TARGETPLATFORM variant=$TARGETVARIANT',
      ],
      {},
      { platform },
    ],
  ),
  [
    'platform argument overridden',
    'platform ARGs can be overridden',
    ['FROM scratch', 'ARG TARGETARCH', 'LABEL a=$TARGETARCH'],
    { TARGETARCH: 'mine' },
  ],
  [
    'platform argument with a default',
    'a default does not win over the platform',
    ['FROM scratch', 'ARG TARGETARCH=mine', 'LABEL a=$TARGETARCH'],
  ],
  [
    'target stage',
    'TARGETSTAGE is the name of the target',
    ['FROM scratch AS one', 'ARG TARGETSTAGE', 'LABEL s=$TARGETSTAGE', 'FROM scratch'],
    {},
    { target: 'one' },
  ],
  [
    'target stage of the last',
    'TARGETSTAGE is the last stage by default',
    ['FROM scratch AS last', 'ARG TARGETSTAGE', 'LABEL s=$TARGETSTAGE'],
  ],
  [
    'target stage without a name',
    'TARGETSTAGE is `default` for a stage without a name',
    ['FROM scratch', 'ARG TARGETSTAGE', 'LABEL s=$TARGETSTAGE'],
  ],
  [
    'quoted default',
    'quotes of a default are removed',
    ['FROM scratch', 'ARG A="x y" B=\'$A\'', 'LABEL a=$A b=$B'],
  ],
  ['empty default', 'an empty default is a value', ['FROM busybox', 'ARG A=', show]],
  ['empty name', 'a name cannot be empty', ['FROM scratch', 'ARG =x']],
  ['no name', 'ARG needs a name', ['FROM scratch', 'ARG']],
  [
    'words without equals',
    'ARG takes names without values',
    ['FROM scratch', 'ARG A B C', 'LABEL x=$A$B$C'],
    { B: 'b' },
  ],
  [
    'dash in the name',
    'names may have any characters',
    ['FROM scratch', 'ARG A-B=1', 'LABEL a=[$A-B]'],
  ],
  [
    'builder arguments',
    'arguments for the builder are not in RUN',
    ['FROM busybox', 'RUN env | grep BUILDKIT > /f || true'],
    { BUILDKIT_INLINE_CACHE: '0', BUILDKIT_SANDBOX_HOSTNAME: 'box' },
  ],
  [
    'builder argument declared',
    'arguments for the builder can be declared',
    ['FROM busybox', 'ARG BUILDKIT_SANDBOX_HOSTNAME', 'LABEL h=$BUILDKIT_SANDBOX_HOSTNAME'],
    { BUILDKIT_SANDBOX_HOSTNAME: 'box' },
  ],
  [
    'sandbox host name',
    'BUILDKIT_SANDBOX_HOSTNAME is the host name of RUN',
    ['FROM busybox', 'RUN hostname > /f; cat /etc/hosts >> /f'],
    { BUILDKIT_SANDBOX_HOSTNAME: 'box' },
  ],
  [
    'scan arguments',
    'BUILDKIT_SBOM_SCAN_STAGE is not exported',
    [
      'FROM busybox',
      'ARG BUILDKIT_SBOM_SCAN_STAGE=true',
      'RUN echo "[$BUILDKIT_SBOM_SCAN_STAGE]" > /f',
    ],
  ],
  [
    'source date epoch declared',
    'SOURCE_DATE_EPOCH can be declared',
    ['FROM busybox', 'ARG SOURCE_DATE_EPOCH', 'RUN echo "$SOURCE_DATE_EPOCH" > /f'],
    { SOURCE_DATE_EPOCH: '1700000000' },
  ],
  [
    'source date epoch undeclared',
    'SOURCE_DATE_EPOCH is in RUN only when declared',
    ['FROM busybox', 'RUN echo "[$SOURCE_DATE_EPOCH]" > /f'],
    { SOURCE_DATE_EPOCH: '1700000000' },
  ],
  [
    'source date epoch that is no number',
    'SOURCE_DATE_EPOCH is a number',
    ['FROM scratch', 'COPY <<EOF /f', 'x', 'EOF'],
    { SOURCE_DATE_EPOCH: 'today' },
  ],
  [
    'multi-platform argument',
    'BUILDKIT_MULTI_PLATFORM=false',
    ['FROM scratch', 'COPY <<EOF /f', 'x', 'EOF'],
    { BUILDKIT_MULTI_PLATFORM: 'false' },
  ],
];

const cases = rows.map(
  ([name, rule, dockerfile, buildArgs, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    ...((buildArgs || options) && { options: { ...options, ...(buildArgs && { buildArgs }) } }),
  }),
);

export const args: Topic = { name: '1.6-args', cases };
