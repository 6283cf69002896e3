/** What lamina's own rules find beyond the examples of their pages, and what their fixes make of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lint } from '../lint-files.ts';
import { ADVICE_RULES } from '../lint-text.ts';

type Row = readonly [text: string, ...lines: number[]];

/** Behind `FROM debian:12` on line 1, unless the text has a FROM of its own. */
const CASES: Readonly<Record<string, readonly Row[]>> = {
  SourcesBeforeDependencies: [
    ['COPY . /app\nRUN cd /app && pip install -r requirements.txt', 2],
    ['COPY src /app\nRUN npm ci'],
    ['COPY . .\nRUN npm install left-pad'],
    ['COPY go.mod .\nRUN go mod download\nCOPY . .\nRUN go mod download'],
    ['FROM a:1 AS x\nCOPY . .\nFROM b:1\nRUN npm ci'],
    ['COPY --from=x . .\nRUN npm ci'],
  ],
  MissingCacheMount: [
    ['RUN go build ./...', 2],
    ['RUN --mount=type=cache,target=/x go build ./...'],
    ['RUN npm ci && npm cache clean --force'],
    ['RUN go version'],
  ],
  WholeContextInFinalStage: [['COPY . .'], ['FROM a:1 AS x\nFROM b:1\nADD ./ /y', 3]],
  SingleStageBuild: [
    ['RUN make\nCMD ["x"]', 2],
    ['RUN npm run build\nCMD ["x"]', 2],
    ['RUN make'],
    ['RUN make --version\nCMD ["x"]'],
    ['FROM a:1 AS x\nRUN make\nFROM b:1\nCMD ["x"]'],
  ],
  BuildToolsInFinalStage: [
    ['RUN apk add --no-cache gcc musl-dev', 2],
    ['RUN apk add --virtual .d gcc && make && apk del .d'],
    ['RUN apt-get install -y gcc && make && apt-get purge -y gcc'],
    ['RUN apt-get install -y curl'],
    ['FROM a:1 AS x\nRUN apk add gcc\nFROM b:1'],
  ],
  DevDependenciesInFinalStage: [
    ['ENV NODE_ENV=production\nRUN npm ci'],
    ['RUN NODE_ENV=production npm ci'],
    ['RUN npm install -g x'],
    ['RUN npm ci\nRUN npm run build'],
    ['RUN composer install', 2],
    ['RUN pnpm install --prod'],
  ],
  LargeBaseImage: [
    ['FROM node:24-bookworm', 1],
    ['FROM python:3.13-alpine'],
    ['FROM python'],
    ['FROM ruby:3.4\nRUN make'],
    ['FROM node:24 AS x\nFROM node:24-slim'],
  ],
  MissingExpose: [
    ['CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app"]', 2],
    ['ENTRYPOINT ["x"]\nCMD serve --http-port=80', 3],
    ['HEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD ["x"]', 2],
    ['HEALTHCHECK CMD ["nc", "-z", "127.0.0.1", "9000"]\nCMD ["x"]', 2],
    ['FROM debian:12 AS a\nEXPOSE 8000\nFROM a\nCMD x --port 8000'],
    ['CMD ["x", "--port", "$PORT"]'],
    ['CMD ["x", "--port", "70000"]'],
    ['CMD ["redis-cli", "--port", "6379"]'],
    ['FROM nginx:1\nHEALTHCHECK CMD curl http://localhost/'],
    ['FROM debian:12 AS a\nCMD x --port 8000\nFROM debian:12'],
  ],
  UnusedCopy: [
    ['WORKDIR /app\nCOPY package.json /app/\nCOPY . .', 3],
    ['COPY Gemfile Gemfile.lock ./\nUSER 1\nADD . /', 2],
    ['COPY a.conf /etc/x.conf\nCOPY b.conf /etc/x.conf', 2],
    ['COPY package.json ./\nRUN npm ci\nCOPY . .'],
    ['COPY src ./\nCOPY . .'],
    ['COPY web/package.json ./\nCOPY . .'],
    ['COPY package.json ./\nCOPY --exclude=*.json . .'],
    ['COPY --parents package.json ./\nCOPY . .'],
    ['WORKDIR /a\nCOPY x.json ./\nWORKDIR /b\nCOPY . .'],
    ['WORKDIR /a\nCOPY x.json $D/\nCOPY . $D/'],
    ['COPY <<E ./\nx\nE\nCOPY . .'],
    ['ADD x.tar ./\nCOPY . .'],
    ['FROM a:1 AS x\nRUN make\nCOPY y /docs\nFROM b:1\nCOPY --from=X /out/*.so /', 3],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM b:1\nRUN --mount=from=0,source=/out,target=/o ls /o', 2],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM b:1\nRUN --mount=from=x,target=/o ls /o'],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM b:1\nCOPY --from=x /do* /'],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM b:1\nCOPY --from=x $FROM /'],
    ['FROM a:1 AS x\nCOPY y /docs\nCMD x\nFROM b:1\nCOPY --from=x /etc/passwd /'],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM x AS z\nFROM b:1\nCOPY --from=x /out /'],
    ['FROM a:1 AS x\nCOPY y /docs\nRUN make\nFROM b:1\nCOPY --from=x /out /'],
    ['FROM a:1 AS x\nCOPY y /docs\nFROM b:1'],
  ],
  NpmCacheLeft: [
    ['RUN npm i && rm -rf /root/.npm'],
    ['RUN --mount=type=cache,target=/root/.npm npm ci'],
    ['FROM a:1 AS x\nRUN npm ci\nFROM b:1'],
  ],
  CleanupInLaterLayer: [
    ['RUN a\nRUN rm -rf /x && apt-get clean', 3],
    ['RUN rm -rf /x'],
    ['RUN a\nRUN rm -rf /x && b'],
    ['FROM a:1 AS x\nRUN a\nRUN rm /b\nFROM b:1'],
  ],
  ChownAfterCopy: [
    ['WORKDIR /w\nCOPY . .\nRUN chown -R a /w', 4],
    ['WORKDIR /w\nCOPY . x\nRUN a && chown -R b:c . && d', 4],
    ['COPY x /y/z\nRUN chmod -R 755 /y', 3],
    ['COPY x /y\nRUN chown a /y'],
    ['COPY x /y\nRUN chown -R a /z'],
  ],
  SecretInCopy: [
    ['COPY .env.production id_rsa /', 2],
    ['COPY .env.example /'],
    ['COPY --from=x .npmrc /'],
    ['ADD certs/server.pem /', 2],
  ],
  SecretInText: [
    ['ENV X=AKIAABCDEFGHIJKLMNOP', 2],
    ['RUN a \\\n  https://u:pass@h/x', 3],
    ['RUN a https://$U:$P@h/x'],
    ['RUN a https://h:80/x@y'],
    [`RUN a ghp_${'a1'.repeat(18)}`, 2],
  ],
  RootUser: [
    ['FROM gcr.io/distroless/static:nonroot\nCMD ["a"]'],
    ['FROM a:1 AS x\nUSER 1\nFROM x\nCMD ["a"]'],
    ['RUN a'],
    ['ENTRYPOINT ["a"]', 2],
  ],
  ShellAsProcessOne: [
    ['CMD ["/bin/bash", "-ec", "a && b c"]', 2],
    ['CMD ["sh", "-c", "exec a"]'],
    ['CMD ["sh", "-c", "a &"]'],
    ['CMD ["sh", "x.sh"]'],
    ['CMD sh -c a'],
  ],
  UnusedStage: [
    ['FROM a:1 AS x\nFROM b:1\nRUN --mount=from=x,target=/y z'],
    ['FROM a:1\nFROM b:1\nCOPY --from=0 /c /'],
    ['FROM a:1 AS x\nFROM X'],
    ['FROM a:1 AS x\nFROM b:1 AS $Y'],
    ['FROM a:1\nFROM b:1', 1],
  ],
  UnusedArgument: [
    ['ARG A\nARG B=$A\nFROM x:$B'],
    ['ARG A\nFROM x:1$AB', 1],
    ['ARG A B\nFROM x:$B', 1],
    ['ARG A\nFROM x:1\nFROM y:1\nARG A'],
  ],
  ArchitectureInDownload: [
    ['RUN a https://h/x86_64/b', 2],
    ['RUN a https://h/b-$(uname -m)-amd64'],
    ['FROM --platform=linux/amd64 x:1\nRUN a https://h/amd64'],
    ['ADD https://h/linux-arm64.tgz /', 2],
  ],
  UpgradeInBuild: [
    ['RUN yum -y update', 2],
    ['RUN apt-get update'],
    ['RUN apk upgrade --no-cache', 2],
  ],
  TimeInBuild: [
    ['RUN a "$(date +%s)"', 2],
    ['RUN date -d @0'],
    ['RUN git clone --depth 1 -b v1 u'],
    ['RUN git clone u', 2],
  ],
  DownloadPipedToShell: [
    ['RUN curl x | tar -x'],
    ['RUN wget -qO- x | sudo bash -'],
    ['RUN curl x | gpg | bash', 2],
  ],
  DownloadWithoutChecksum: [
    ['ADD https://github.com/a/b.git#v1 /x'],
    ['ADD a.tgz /'],
    ['ADD http://h/a /', 2],
  ],
};

const root = mkdtempSync(join(tmpdir(), 'lamina-own-rules-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a rule', () => {
  const rows = Object.entries(CASES).flatMap(([code, own]) =>
    own.map(([text, ...lines]) => ({ code, text, lines })),
  );

  it.each(rows)('$code on $text', async ({ code, text, lines }) => {
    const files = [{ path: '/nonexistent/Dockerfile', text: withBase(text) }];
    const { files: linted } = await lint(
      { env: {}, root: '/nonexistent' },
      { files, config: false, shellcheck: false },
    );
    const own = linted.flatMap(({ findings }) => findings.filter((found) => found.code === code));
    expect(own.map(({ range }) => range.start.line)).toEqual(lines);
  });
});

describe('a fix', () => {
  it.each([
    [
      'MissingCacheMount',
      'RUN go build',
      'RUN --mount=type=cache,target=/root/.cache/go-build go build',
    ],
    ['MissingCacheMount', 'USER 1\nRUN go build', 'USER 1\nRUN go build'],
    ['DevDependenciesInFinalStage', 'RUN npm ci -q', 'RUN npm ci --omit=dev -q'],
    ['NpmCacheLeft', 'RUN npm ci', 'RUN npm ci && npm cache clean --force'],
    ['CleanupInLaterLayer', 'RUN a\nRUN rm -rf /x', 'RUN a \\\n    && rm -rf /x'],
    ['CleanupInLaterLayer', 'RUN a || b\nRUN rm -rf /x', 'RUN a || b\nRUN rm -rf /x'],
    ['CleanupInLaterLayer', 'RUN a\n# why\nRUN rm -rf /x', 'RUN a\n# why\nRUN rm -rf /x'],
    ['ChownAfterCopy', 'COPY a /b\nRUN chown -R u:g /b\nUSER u', 'COPY --chown=u:g a /b\nUSER u'],
    ['ChownAfterCopy', 'COPY a /b\nRUN chmod -R a+x /b', 'COPY a /b\nRUN chmod -R a+x /b'],
    [
      'ChownAfterCopy',
      'COPY a /b\nCOPY c /b\nRUN chown -R u /b',
      'COPY a /b\nCOPY c /b\nRUN chown -R u /b',
    ],
    ['LargeBaseImage', 'FROM python:3.13', 'FROM python:3.13-slim'],
    [
      'ShellAsProcessOne',
      'CMD ["sh", "-c", "a && b \\"c\\""]',
      'CMD ["sh", "-c", "a && exec b \\"c\\""]',
    ],
    ['UnusedArgument', 'ARG A\nARG B\nFROM x:$B', 'ARG B\nFROM x:$B'],
  ])('of %s: %s', async (code, before, after) => {
    expect(await fixed(code, withBase(before))).toBe(withBase(after));
  });

  it('of SourcesBeforeDependencies moves the install above the sources', async () => {
    const context = project('package.json', 'package-lock.json', 'server.js');
    const before = 'FROM node:24\nWORKDIR /app\n# everything\nCOPY . .\nRUN npm ci\nCMD ["a"]\n';
    const after =
      'FROM node:24\nWORKDIR /app\n# everything\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nCMD ["a"]\n';
    expect(await fixed('SourcesBeforeDependencies', before, context)).toBe(after);
    expect(await fixed('SourcesBeforeDependencies', after, context)).toBe(after);
  });

  it.each([
    ['the RUN does more', 'COPY . .\nRUN npm ci && npm run build'],
    ['another step is between', 'COPY . .\nRUN touch x\nRUN npm ci'],
    ['the context has no manifest', 'COPY . .\nRUN poetry install'],
  ])('of SourcesBeforeDependencies is left to a person if %s', async (_, text) => {
    const context = project('package.json');
    expect(await fixed('SourcesBeforeDependencies', withBase(text), context)).toBe(withBase(text));
  });
});

describe('a rule about the context', () => {
  const codes = async (text: string, context: string) => {
    const files = [{ path: join(context, 'Dockerfile'), text: withBase(text) }];
    const { files: linted } = await lint(
      { env: {}, root: '/nonexistent' },
      { files, config: false, shellcheck: false, context },
    );
    return linted.flatMap(({ findings }) => findings.map(({ code, what }) => `${code}: ${what}`));
  };

  it('knows whether there is an ignore file', async () => {
    const context = project('a');
    expect((await codes('COPY . /x', context)).join()).toContain('MissingIgnoreFile');
    expect((await codes('COPY a /x', context)).join()).not.toContain('MissingIgnoreFile');
    writeFileSync(join(context, 'Dockerfile.dockerignore'), 'b\n');
    expect((await codes('COPY . /x', context)).join()).not.toContain('MissingIgnoreFile');
  });

  it('knows what the ignore file misses', async () => {
    const context = project('.git/x', 'node_modules/x', '.env');
    writeFileSync(join(context, '.dockerignore'), '.git\n');
    const found = (await codes('COPY . /x', context)).join('\n');
    expect(found).toContain("UnneededInContext: 'node_modules' and '.env' are in the context");
    writeFileSync(join(context, '.dockerignore'), '*\n!src\n');
    expect((await codes('COPY . /x', context)).join()).not.toContain('UnneededInContext');
  });
});

let count = 0;
function project(...paths: readonly string[]): string {
  count += 1;
  const directory = join(root, String(count));
  mkdirSync(directory);
  for (const path of paths) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), '');
  }
  return directory;
}

function withBase(text: string): string {
  return /^(?:FROM|ARG)/.test(text) ? text : `FROM debian:12\n${text}`;
}

/** All fixes of one rule. */
async function fixed(code: string, text: string, context = '/nonexistent'): Promise<string> {
  const ignored = ADVICE_RULES.map((rule) => rule.code).filter((one) => one !== code);
  const options = {
    files: [{ path: join(context, 'Dockerfile'), text }],
    ...({ settings: { ignored }, config: false, shellcheck: false, fix: 'all', context } as const),
  };
  const { files } = await lint({ env: {}, root: '/nonexistent' }, options);
  const left = files[0]?.findings.filter((found) => found.code === code && found.fix !== undefined);
  expect(left).toEqual([]);
  return files[0]?.text ?? '';
}
