/** `lamina lsp`, driven by a client of the protocol. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Workbench } from '../support/cli.ts';
import { LanguageClient } from '../support/language-client.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());
const env = { LAMINA_ROOT: bench.store };

const TEXT = `FROM scratch AS build
COPY src /src

FROM build
COPY --from=build /src /copy
`;

function project(name: string, files: Readonly<Record<string, string>> = {}) {
  const directory = bench.project(
    {
      Dockerfile: TEXT,
      'src/main.c': 'x',
      'secret/key': 'x',
      '.dockerignore': 'secret\n',
      ...files,
    },
    name,
  );
  const folder = pathToFileURL(directory).href;
  return { directory, folder, uri: `${folder}/Dockerfile` };
}

function applied(text: string, edits: readonly TextEdit[] | null): string {
  return TextDocument.applyEdits(TextDocument.create('a:b', '', 0, text), [...(edits ?? [])]);
}

function framed(message: object): string {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('a language server', () => {
  it('reports errors and checks, at positions in UTF-16, through edits', async () => {
    const { folder, uri } = project('diagnostics');
    await using client = await LanguageClient.start({ folders: [folder], env });
    await client.open(uri, 'FROM a:1\r\nLABEL x="😀" y\r\nCOPY secret /x\r\n');
    const [error, ...others] = await client.diagnostics(uri);
    expect(error).toMatchObject({
      code: 'DOCKERFILE_KEY_VALUE',
      severity: 1,
      source: 'lamina',
      range: { start: { line: 1, character: 13 }, end: { line: 1, character: 14 } },
    });
    expect(others.map(({ code }) => code)).toContain('CopyIgnoredFile');
    // After the emoji, which counts as two.
    await client.change(uri, {
      range: { start: { line: 1, character: 12 }, end: { line: 1, character: 14 } },
      text: '',
    });
    expect((await client.diagnostics(uri)).map(({ code }) => code)).toEqual(['CopyIgnoredFile']);
    await client.change(uri, {
      range: { start: { line: 2, character: 5 }, end: { line: 2, character: 11 } },
      text: 'src',
    });
    expect(await client.diagnostics(uri)).toEqual([]);
    expect(await client.stop()).toBe(0);
  });

  it('counts lines as the protocol does, also where a CR stands alone', async () => {
    await using client = await LanguageClient.start({ env });
    await client.open('untitled:a', 'FROM a:1\n# b\rc\nRUM x\n');
    const [error] = await client.diagnostics('untitled:a');
    expect(error?.range.start).toEqual({ line: 3, character: 0 });
  });

  it('shows what the last build did', async () => {
    const { directory, folder, uri } = project('hover');
    await bench.succeed(['build', '-q', directory]);
    await using client = await LanguageClient.start({ folders: [folder], env });
    await client.open(uri, `# a line more\n${TEXT}`);
    const hover = await client.request<Hover>('hover', uri, [2, 1]);
    expect(hover.range).toEqual({
      start: { line: 2, character: 0 },
      end: { line: 2, character: 4 },
    });
    expect(hover.contents).toMatchObject({ kind: 'markdown' });
    expect(JSON.stringify(hover.contents)).toMatch(/Last build: ran in [^,]+, layer of 1B/);
  });

  it('completes paths of the context after the ignore file', async () => {
    const { directory, folder, uri } = project('completion');
    writeFileSync(join(directory, 'src/other.c'), '');
    await using client = await LanguageClient.start({ folders: [folder], env });
    await client.open(uri, 'FROM a\nCOPY  /x\nCOPY src/ /x\nCOPY ../ /x\n');
    const labels = async (at: readonly [number, number]) =>
      (await client.request<CompletionItem[]>('completion', uri, at)).map(({ label }) => label);
    const top = await labels([1, 5]);
    expect(top).toEqual(expect.arrayContaining(['src/', '--from=']));
    expect(top).not.toContain('secret/');
    expect(await labels([2, 9])).toEqual(['main.c', 'other.c']);
    // Outside of the context there is nothing: it is the root, as for COPY.
    expect(await labels([3, 8])).toEqual(top.filter((label) => !label.startsWith('--')));
  });

  it('follows, lists and renames stages', async () => {
    const { folder, uri } = project('symbols');
    await using client = await LanguageClient.start({ folders: [folder], env });
    await client.open(uri, TEXT);
    const place = [4, 13] as const;
    expect(await client.request<Location>('definition', uri, place)).toMatchObject({
      uri,
      range: { start: { line: 0, character: 16 } },
    });
    const context = { includeDeclaration: true };
    const references = await client.request<Location[]>('references', uri, place, { context });
    expect(references.map(({ range }) => range.start.line)).toEqual([0, 3, 4]);
    expect(await client.request('prepareRename', uri, place)).toMatchObject({
      start: { character: 12 },
    });
    const edit = await client.request<WorkspaceEdit>('rename', uri, place, { newName: 'made' });
    expect(applied(TEXT, edit.changes?.[uri] ?? [])).toBe(
      TEXT.replace('AS build', 'AS made')
        .replace('FROM build', 'FROM made')
        .replace('=build', '=made'),
    );
    await expect(client.request('rename', uri, place, { newName: '1' })).rejects.toThrow(
      'cannot rename: "1" is not a valid name of a stage',
    );
    const symbols = await client.request<DocumentSymbol[]>('documentSymbol', uri);
    expect(symbols.map(({ name, children }) => [name, children?.length])).toEqual([
      ['build', 1],
      ['stage 1', 1],
    ]);
    const folds = await client.request<FoldingRange[]>('foldingRange', uri);
    expect(folds.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it('offers the fixes of findings, with the settings of the workspace', async () => {
    const config = 'ignored: [DL3006]\n';
    const text = 'FROM debian\nRUN apt-get install curl 😀 # 😀\n';
    const { folder, uri } = project('fixes', { '.hadolint.yaml': config, 'a/Dockerfile': text });
    await using client = await LanguageClient.start({ folders: [folder], env });
    const inner = uri.replace('/Dockerfile', '/a/Dockerfile');
    await client.open(inner, text);
    const diagnostics = await client.diagnostics(inner);
    const codes = diagnostics.map(({ code }) => code);
    expect(codes).toContain('DL3014');
    expect(codes).not.toContain('DL3006');
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 30 } };
    const context = { diagnostics, only: ['quickfix'] };
    const actions = await client.request<CodeAction[]>('codeAction', inner, [0, 0], {
      range,
      context,
    });
    const fix = actions.find((one) => one.diagnostics?.[0]?.code === 'DL3014');
    expect(fix).toMatchObject({ kind: 'quickfix' });
    expect(applied(text, fix?.edit?.changes?.[inner] ?? [])).toBe(
      text.replace('install', 'install -y'),
    );
  });

  it('formats, also by a code action, and leaves invalid text', async () => {
    await using client = await LanguageClient.start({
      env,
      initializationOptions: { indentCommands: true },
    });
    const text = 'from a\nrun b \\\n  && c "😀"   \n\n\nfrom b';
    await client.open('untitled:x', text);
    const neat = 'FROM a\nRUN b \\\n    && c "😀"\n\nFROM b\n';
    const edits = await client.request<TextEdit[]>('formatting', 'untitled:x', [0, 0], {
      options: { tabSize: 4, insertSpaces: true },
    });
    expect(applied(text, edits)).toBe(neat);
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const actions = await client.request<CodeAction[]>('codeAction', 'untitled:x', [0, 0], {
      range,
      context: { diagnostics: [], only: ['source'] },
    });
    const [format] = actions;
    expect(format).toMatchObject({ kind: 'source.format' });
    expect(applied(text, format?.edit?.changes?.['untitled:x'] ?? [])).toBe(neat);
    await client.change('untitled:x', { text: 'from a\nrum b\n' });
    expect(await client.request('formatting', 'untitled:x', [0, 0], { options: {} })).toEqual([]);
  });
});

describe('a language server with hostile input', () => {
  it('reads no files for documents outside of the workspace', async () => {
    const { folder } = project('inside');
    const { directory: outside } = project('outside');
    const text = 'FROM a:1\nCOPY  /x\nCOPY secret /y\n';
    const uris = [
      pathToFileURL(join(outside, 'Dockerfile')).href,
      `${folder}/../outside/Dockerfile`,
      `${folder}/%2e%2e/outside/Dockerfile`,
      `${folder}/a%2fDockerfile`,
      `${folder}/a%00/Dockerfile`,
      'file://elsewhere/share/Dockerfile',
      'http://127.0.0.1:1/Dockerfile',
      'vscode-remote://ssh/etc/Dockerfile',
      'file:',
      'no uri at all',
    ];
    await using client = await LanguageClient.start({ folders: [folder], env });
    for (const uri of uris) {
      await client.open(uri, text);
      const items = await client.request<CompletionItem[]>('completion', uri, [1, 5]);
      expect([uri, items.filter(({ kind }) => kind === 17 || kind === 19)]).toEqual([uri, []]);
      const codes = (await client.diagnostics(uri)).map(({ code }) => code);
      expect([uri, codes]).toEqual([uri, ['DOCKERFILE_MISSING_DESTINATION']]);
    }
    expect(await client.stop()).toBe(0);
  });

  it('answers cancelled requests as cancelled', async () => {
    await using client = await LanguageClient.start({ env });
    await client.open('untitled:x', TEXT);
    const params = { textDocument: { uri: 'untitled:x' }, position: { line: 0, character: 0 } };
    const answers: string[] = [];
    client.process.stdout.on('data', (data: Buffer) => answers.push(data.toString()));
    // In one piece: the second request is cancelled while it waits.
    client.process.stdin.write(
      framed({ id: 'first', method: 'textDocument/hover', params }) +
        framed({ id: 'second', method: 'textDocument/hover', params }) +
        framed({ method: '$/cancelRequest', params: { id: 'second' } }),
    );
    await client.request('hover', 'untitled:x');
    expect(answers.join('')).toContain('"id":"first","result":');
    expect(answers.join('')).toMatch(/"id":"second","error":\{"code":-32800/);
  });

  it.each([
    ['no JSON', 'Content-Length: 5\r\n\r\n{]{]{'],
    ['an unknown method', framed({ id: 'x', method: 'no/such/thing' })],
    ['params of another type', framed({ id: 'x', method: 'textDocument/hover', params: [1, 2] })],
    ['no message', 'Content-Length: 2\r\n\r\n[]'],
  ])('goes on after %s', async (_, bytes) => {
    await using client = await LanguageClient.start({ env });
    client.connection.onUnhandledNotification(() => {});
    client.process.stdin.write(bytes);
    await client.open('untitled:x', 'FROM a:1\nRUM b\n');
    expect(await client.diagnostics('untitled:x')).toHaveLength(1);
  });

  it('checks and answers for a document of 20,000 lines', async () => {
    const lines = 'ARG v=1\nRUN echo $v \\\n  && true\nCOPY --chown=me a b\n'.repeat(100);
    const text = Array.from({ length: 50 }, (_, index) => `FROM a:1 as s${index}\n${lines}`).join(
      '',
    );
    await using client = await LanguageClient.start({ env });
    await client.open('untitled:x', text);
    expect((await client.diagnostics('untitled:x')).length).toBeGreaterThan(49);
    const line = 19_990;
    await client.change('untitled:x', {
      range: { start: { line, character: 0 }, end: { line, character: 0 } },
      text: '# one more\n',
    });
    const context = { includeDeclaration: true };
    const references = await client.request<Location[]>('references', 'untitled:x', [1, 4], {
      context,
    });
    expect(references).toHaveLength(200);
    const symbols = await client.request<DocumentSymbol[]>('documentSymbol', 'untitled:x');
    expect(symbols).toHaveLength(50);
  });

  it('ends when the editor is gone', async () => {
    await using client = await LanguageClient.start({ env });
    const exited = new Promise((resolve) => client.process.on('exit', resolve));
    client.process.stdin.end();
    expect(await exited).toBe(1);
  });
});
