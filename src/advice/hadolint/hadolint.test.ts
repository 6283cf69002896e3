/** What the rules with hadolint's codes find beyond the examples of their pages, and what their fixes make of it. */
import { describe, expect, it } from 'vitest';
import type { LintConfig } from '../../api/index.ts';
import { lint } from '../lint-files.ts';
import { ADVICE_RULES } from '../lint-text.ts';

interface Case {
  readonly code: string;
  readonly text: string;
  /** Lines with a finding. */
  readonly lines: readonly number[];
  readonly settings?: LintConfig;
}

function cases(
  code: string,
  settings: LintConfig | undefined,
  ...rows: readonly (readonly [string, ...number[]])[]
): Case[] {
  return rows.map(([text, ...lines]) => ({ code, text, lines, ...(settings && { settings }) }));
}

/** Behind `FROM debian:12` on line 1, unless the text has a FROM of its own. */
const CASES: readonly Case[] = [
  ...cases('DL3000', undefined, ['WORKDIR $HOME/x'], ['WORKDIR "c:/x"'], ['WORKDIR "x"', 2]),
  ...cases('DL3002', undefined, ['USER 0:0', 2], ['USER root\nUSER 1000'], ['USER rooted']),
  ...cases(
    'DL3003',
    undefined,
    ['RUN a; (cd /x && make)', 2],
    ['RUN ["cd", "/x"]', 2],
    ['RUN echo cd'],
  ),
  ...cases('DL3004', undefined, ['RUN if a; then sudo b; fi', 2], ['ONBUILD RUN sudo a', 2]),
  ...cases(
    'DL3006',
    undefined,
    ['FROM $X'],
    ['FROM scratch'],
    ['FROM a:1 AS b\nFROM b'],
    ['FROM r:5000/a', 1],
    ['FROM a@sha256:x'],
  ),
  ...cases('DL3007', undefined, ['FROM r:5000/a:latest', 1], ['FROM a:latest@sha256:x']),
  ...cases(
    'DL3008',
    undefined,
    ['RUN apt-get -t stable install -y a=1'],
    ['RUN apt-get install -y /x/a.deb ./b.deb'],
    ['RUN apt-get update \\\n && apt-get install -y a=1 \\\n b', 3],
    ['RUN <<E\napt-get install -y a\nE', 3],
  ),
  ...cases(
    'DL3009',
    undefined,
    ['RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update'],
    ['FROM a:1 AS b\nRUN apt-get update\nFROM scratch'],
    ['FROM a:1 AS b\nRUN apt-get update\nFROM b', 2],
  ),
  ...cases(
    'DL3010',
    undefined,
    ['COPY a.tgz /x/\nRUN tar -C / --extract -f /x/a.tgz', 2],
    ['COPY --from=b a.tgz /\nRUN tar -xf /a.tgz'],
    ['RUN tar -xf a.tgz\nCOPY a.tgz /'],
  ),
  ...cases('DL3011', undefined, ['EXPOSE 1-70000/tcp', 2], ['EXPOSE 65535 $PORT']),
  ...cases(
    'DL3013',
    undefined,
    ['RUN pip3 install -r a.txt'],
    ['RUN pip install git+https://x/y@v1'],
    ['RUN python3 -m pip install a', 2],
    ['RUN pip install "a>=1" b==2 c', 2],
  ),
  ...cases(
    'DL3014',
    undefined,
    ['RUN apt-get -qq install a'],
    ['RUN apt-get install -q -q a'],
    ['RUN apt-get install -q a', 2],
  ),
  ...cases(
    'DL3016',
    undefined,
    ['RUN npm install'],
    ['RUN npm install @x/y@1 ./z'],
    ['RUN npm run install a'],
    ['RUN npm install --registry u @x/y', 2],
  ),
  ...cases(
    'DL3018',
    undefined,
    ['RUN apk add -t .deps a=1'],
    ['RUN apk --no-cache add "a<2" b', 2],
  ),
  ...cases('DL3020', undefined, ['ADD a.tar.gz /'], ['ADD "https://x/y" /z'], ['ADD a b.tgz /', 2]),
  ...cases('DL3021', undefined, ['COPY ["a", "b", "/c/"]'], ['COPY a b /c', 2]),
  ...cases(
    'DL3022',
    undefined,
    ['COPY --from=a:1 b /'],
    ['COPY --from=0 b /'],
    ['COPY --from=1 b /', 2],
  ),
  ...cases(
    'DL3026',
    { trustedRegistries: ['*.x.org', 'docker.io'] },
    ['FROM a.x.org/b:1'],
    ['FROM b:1'],
    ['FROM ghcr.io/b:1', 1],
    ['COPY --from=ghcr.io/a:1 b /', 2],
    ['RUN --mount=from=ghcr.io/a:1,target=/x b', 2],
  ),
  ...cases(
    'DL3028',
    undefined,
    ['RUN gem install a -v 1'],
    ['RUN gem install a:1 -- --with-x=y'],
    ['RUN gem install -i d a', 2],
  ),
  ...cases(
    'DL3033',
    undefined,
    [`ARG V\nRUN yum install -y a-\${V}`],
    ['RUN yum install -y a-b', 2],
    ['RUN yum module install -y a:1'],
  ),
  ...cases(
    'DL3042',
    undefined,
    ['ENV PIP_NO_CACHE_DIR=1\nRUN pip install a'],
    ['RUN pipx install a'],
    ['RUN --mount=type=cache,target=/root/.cache/pip pip install a'],
    ['ENV PIP_NO_CACHE_DIR=0\nRUN pip install a', 3],
  ),
  ...cases(
    'DL3044',
    undefined,
    ['ENV A=1 B=$AB'],
    ['ENV A=1\nENV A=2 B=$A'],
    [`ENV A=1 B=\${A}`, 2],
  ),
  ...cases(
    'DL3045',
    undefined,
    ['COPY a C:/b'],
    ['FROM a:1 AS x\nWORKDIR /w\nFROM x\nCOPY a b'],
    ['WORKDIR /w\nFROM b:1\nCOPY a b', 4],
  ),
  ...cases(
    'DL3047',
    undefined,
    ['RUN wget -O - x', 2],
    ['RUN wget -qO- x'],
    ['RUN wget x -o log'],
    ['RUN wget -nv x'],
  ),
  ...cases(
    'DL3048',
    undefined,
    ['LABEL a.b-c="1"'],
    ['LABEL com.docker.x=1', 2],
    ['LABEL a..b=1', 2],
  ),
  ...cases(
    'DL3057',
    { override: { info: ['DL3057'] } },
    ['FROM a:1 AS b\nFROM b\nHEALTHCHECK NONE'],
    ['CMD a', 1],
  ),
  ...cases(
    'DL3059',
    undefined,
    ['RUN a && b\nRUN c'],
    ['RUN a\nUSER x\nRUN b'],
    ['RUN a\n# why\nRUN b', 4],
    ['RUN --network=none a\nRUN b'],
  ),
  ...cases(
    'DL3062',
    undefined,
    ['RUN go install ./cmd/...'],
    ['RUN go run a@v1 b'],
    ['RUN go get a', 2],
  ),
  ...cases('DL3064', undefined, ['ENV MY_API_KEY=x', 2], ['ENV TOKENIZER=x', 2], ['ENV PATH=x']),
  ...cases('DL3066', undefined, ['USER 1000:app'], ['ARG U\nUSER $U'], ['USER app:1', 2]),
  ...cases(
    'DL4001',
    undefined,
    ['RUN wget -q a\nFROM b:1\nRUN curl a'],
    ['RUN curl a && wget -q b', 2],
  ),
  ...cases(
    'DL4006',
    undefined,
    ['SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nRUN a | b'],
    ['SHELL ["pwsh"]\nRUN a | b'],
    ['RUN a "$(b | c)"', 2],
    ['RUN ["a", "|", "b"]'],
  ),
];

describe('a rule', () => {
  it.each(CASES)('$code on $text', async ({ code, text, lines, settings }) => {
    const found = await findings(withBase(text), settings);
    const own = found.filter((finding) => finding.code === code);
    expect(own.map(({ range }) => range.start.line)).toEqual(lines);
  });
});

const FIXES: readonly (readonly [code: string, before: string, after: string])[] = [
  ['DL3000', 'WORKDIR app', 'WORKDIR /app'],
  ['DL3004', 'RUN a && sudo b c', 'RUN a && b c'],
  ['DL3004', 'RUN sudo -u x b', 'RUN sudo -u x b'],
  [
    'DL3009',
    'RUN apt-get update \\\n  && x',
    'RUN apt-get update \\\n  && x && rm -rf /var/lib/apt/lists/*',
  ],
  ['DL3009', 'RUN apt-get update || true', 'RUN apt-get update || true'],
  [
    'DL3009',
    'RUN apt-get update\nRUN apt-get install -y x',
    'RUN apt-get update\nRUN apt-get install -y x',
  ],
  ['DL3012', 'HEALTHCHECK NONE\nUSER x\nHEALTHCHECK CMD ["y"]', 'USER x\nHEALTHCHECK CMD ["y"]'],
  ['DL3014', 'RUN apt-get install x', 'RUN apt-get install -y x'],
  ['DL3014', 'RUN ["apt-get", "install", "x"]', 'RUN ["apt-get", "install", "-y", "x"]'],
  [
    'DL3014',
    'RUN apt-get \\\n  # why\n  install \\\n  x',
    'RUN apt-get \\\n  # why\n  install -y \\\n  x',
  ],
  ['DL3015', 'RUN apt-get install -y x', 'RUN apt-get install --no-install-recommends -y x'],
  ['DL3019', 'RUN apk add x=1', 'RUN apk add --no-cache x=1'],
  ['DL3020', 'add a /', 'COPY a /'],
  ['DL3020', 'ADD --chown=1 a b /', 'COPY --chown=1 a b /'],
  ['DL3020', 'ADD git@x:y /', 'ADD git@x:y /'],
  ['DL3021', 'COPY a b /c', 'COPY a b /c/'],
  ['DL3025', 'CMD a "b c" -d', 'CMD ["a", "b c", "-d"]'],
  ['DL3025', 'CMD a $B', 'CMD a $B'],
  ['DL3025', 'CMD a && b', 'CMD a && b'],
  ['DL3025', 'HEALTHCHECK --timeout=1s CMD a b', 'HEALTHCHECK --timeout=1s CMD ["a", "b"]'],
  ['DL3027', 'RUN apt update && apt search x', 'RUN apt-get update && apt-cache search x'],
  ['DL3030', 'RUN yum install x-1', 'RUN yum install -y x-1'],
  ['DL3040', 'RUN microdnf install -y x-1', 'RUN microdnf install -y x-1 && microdnf clean all'],
  ['DL3042', 'RUN python -m pip install x', 'RUN python -m pip install --no-cache-dir x'],
  ['DL3046', 'RUN useradd -u 1234567 x', 'RUN useradd --no-log-init -u 1234567 x'],
  ['DL3065', 'FROM --platform=$TARGETPLATFORM a:1', 'FROM a:1'],
  ['DL4000', 'MAINTAINER "A <a@b.c>"', 'LABEL org.opencontainers.image.authors="A <a@b.c>"'],
  ['DL4003', 'CMD ["a"]\nCMD ["b"]', 'CMD ["b"]'],
  ['DL4006', 'RUN a | b', 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b'],
];

describe('a fix', () => {
  it.each(FIXES)('%s: %s', async (code, before, after) => {
    const others = ADVICE_RULES.map((rule) => rule.code).filter((one) => one !== code);
    const options = {
      files: [{ path: '/nonexistent/Dockerfile', text: withBase(before) }],
      settings: { ignored: others },
      ...({ config: false, shellcheck: false, fix: 'all' } as const),
    };
    const { files } = await lint({ env: {}, root: '/nonexistent' }, options);
    expect(files[0]?.text).toBe(withBase(after));
    const left = files[0]?.findings.filter((finding) => finding.code === code && finding.fix);
    expect(left).toEqual([]);
  });
});

function withBase(text: string): string {
  return text.startsWith('FROM') ? text : `FROM debian:12\n${text}`;
}

async function findings(text: string, settings: LintConfig = {}) {
  const files = [{ path: '/nonexistent/Dockerfile', text }];
  const options = { files, settings, config: false, shellcheck: false } as const;
  const { files: linted } = await lint({ env: {}, root: '/nonexistent' }, options);
  return linted.flatMap((file) => file.findings);
}
