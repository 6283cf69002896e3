/** The language server: connects the answers of this folder to an editor. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type Connection,
  createConnection,
  FoldingRangeKind,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  type Location,
  LogMessageNotification,
  LSPErrorCodes,
  MarkupKind,
  MessageType,
  type Position,
  ProposedFeatures,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lamina } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { formatDockerfile } from '../format/index.ts';
import { proposalsAt } from './completion.ts';
import { Documents } from './documents.ts';
import { hoverAt } from './hover.ts';
import { costOf, LastBuilds } from './last-build.ts';
import { type DockerfileModel, nodeAt } from './model.ts';
import { foldsOf, outlineItems } from './outline.ts';
import { completionOf, diagnosticOf, editsBetween, fixOf, rangeOf, symbolOf } from './protocol.ts';
import { contains } from './stage-names.ts';
import { definitionAt, referencesAt, renameAt, renameableAt } from './symbols.ts';
import { listContext } from './workspace.ts';

export interface LanguageServerOptions {
  readonly api: Pick<Lamina, 'lint' | 'listBuilds' | 'inspectBuild'>;
  readonly version: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Milliseconds without a change after which a document is checked. */
const QUIET = 150;
/** Milliseconds after that, in which nothing changes either, before ShellCheck runs: a process for each script. */
const LONG_QUIET = 1_000;
/** ShellCheck does not run for more scripts. */
const MOST_SCRIPTS = 100;
/** Milliseconds that a hover waits for the record of a build. */
const MOST_WAIT = 2_000;

/** Serves one editor. The protocol's `exit`, and the end of the input, end the process. */
export function startLanguageServer(options: LanguageServerOptions): void {
  const connection = createConnection(ProposedFeatures.all, options.input, options.output);
  const texts = new TextDocuments(TextDocument);
  const documents = new Documents(options.api);
  const settings = { indentsCommands: false };
  connection.onInitialize((params) => {
    documents.open(foldersOf(params));
    const given: unknown = params.initializationOptions;
    settings.indentsCommands = isRecord(given) && given.indentCommands === true;
    return capabilities(options.version);
  });
  publishDiagnostics(connection, texts, documents);
  /** Answers a request about a position, if the document is open and not too large to be read. */
  const at = <Params extends Located, Result>(
    answer: (place: Place, params: Params) => Result | Promise<Result>,
  ) => {
    return async (params: Params, token: CancellationToken): Promise<Result | null> => {
      // What has arrived since may cancel the request, or change the document.
      await delay(0);
      if (token.isCancellationRequested) {
        throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      }
      const document = texts.get(params.textDocument.uri);
      const model = document && documents.modelOf(document);
      if (document === undefined || model === undefined) return null;
      const { position } = params;
      const offset = position === undefined ? 0 : document.offsetAt(position);
      return answer({ document, model, offset }, params);
    };
  };
  const lastBuilds = new LastBuilds(options.api);
  connection.onHover(
    at(async ({ document, model, offset }): Promise<Hover | null> => {
      const isKeyword = contains(nodeAt(model, offset)?.keywordRange, offset);
      const file = isKeyword ? documents.fileOf(document) : undefined;
      const build = file && (await lastBuilds.of(file.path, AbortSignal.timeout(MOST_WAIT)));
      const hover = hoverAt(model, offset, (node) => build && costOf(build, node));
      if (hover === undefined) return null;
      const contents = { kind: MarkupKind.Markdown, value: hover.markdown };
      return { contents, range: rangeOf(document, hover.range) };
    }),
  );
  connection.onCompletion(
    at(({ document, model, offset }) => {
      const file = documents.fileOf(document);
      const list = (path: string) => (file === undefined ? [] : listContext(file, path));
      return proposalsAt(model, offset, list).map((one) => completionOf(document, one, offset));
    }),
  );
  connection.onDefinition(
    at(({ document, model, offset }): Location | null => {
      const found = definitionAt(model, offset);
      return found === undefined ? null : { uri: document.uri, range: rangeOf(document, found) };
    }),
  );
  connection.onReferences(
    at(({ document, model, offset }, { context }) =>
      referencesAt(model, offset, { withDeclarations: context.includeDeclaration }).map(
        (range) => ({ uri: document.uri, range: rangeOf(document, range) }),
      ),
    ),
  );
  connection.onDocumentHighlight(
    at(({ document, model, offset }) =>
      referencesAt(model, offset, { withDeclarations: true }).map((range) => ({
        range: rangeOf(document, range),
      })),
    ),
  );
  connection.onPrepareRename(
    at(({ document, model, offset }) => {
      const range = renameableAt(model, offset);
      return range === undefined ? null : rangeOf(document, range);
    }),
  );
  connection.onRenameRequest(
    at((place, { newName }): WorkspaceEdit | ResponseError => renamed(place, newName)),
  );
  connection.onDocumentSymbol(
    at(({ document, model }) => outlineItems(model).map((item) => symbolOf(document, item))),
  );
  connection.onFoldingRanges(
    at(({ document, model }) =>
      foldsOf(model).map(({ first, last, isComment }) => ({
        startLine: first - 1,
        endLine: Math.min(last, document.lineCount) - 1,
        kind: isComment ? FoldingRangeKind.Comment : FoldingRangeKind.Region,
      })),
    ),
  );
  connection.onDocumentFormatting(
    at(({ document }) => editsBetween(document, formatted(document, settings))),
  );
  connection.onCodeAction(
    at(({ document }, { range, context }): CodeAction[] => {
      const { only, diagnostics } = context;
      const wants = (kind: string) =>
        only === undefined || only.some((one) => kind === one || kind.startsWith(`${one}.`));
      const from = document.offsetAt(range.start);
      const to = document.offsetAt(range.end);
      const touched = documents
        .knownFindings(document)
        .filter((one) => one.range.start.offset <= to && from <= one.range.end.offset);
      const fixes = touched.flatMap((one) => fixOf(document, one, diagnostics));
      const edits = wants(FORMAT) ? editsBetween(document, formatted(document, settings)) : [];
      const edit = { changes: { [document.uri]: edits } };
      return [
        ...(wants(CodeActionKind.QuickFix) ? fixes : []),
        ...(edits.length > 0 ? [{ title: 'Format the Dockerfile', kind: FORMAT, edit }] : []),
      ];
    }),
  );
  texts.listen(connection);
  connection.listen();
}

const FORMAT = `${CodeActionKind.Source}.format`;

interface Located {
  readonly textDocument: { readonly uri: string };
  readonly position?: Position;
}

interface Place {
  readonly document: TextDocument;
  readonly model: DockerfileModel;
  readonly offset: number;
}

function publishDiagnostics(
  connection: Connection,
  texts: TextDocuments<TextDocument>,
  documents: Documents,
): void {
  const running = new Map<string, AbortController>();
  const stop = (uri: string) => {
    running.get(uri)?.abort();
    running.delete(uri);
  };
  const check = async (document: TextDocument, wait: number) => {
    const { uri, version } = document;
    stop(uri);
    const controller = new AbortController();
    running.set(uri, controller);
    const { signal } = controller;
    const publish = async (shellcheck: boolean) => {
      const findings = await documents.check(document, { shellcheck, signal });
      const diagnostics = findings.map((one) => diagnosticOf(document, one));
      if (!signal.aborted) await connection.sendDiagnostics({ uri, version, diagnostics });
    };
    try {
      await delay(wait, undefined, { signal });
      await publish(false);
      if (documents.countOfRuns(document) > MOST_SCRIPTS) return;
      await delay(LONG_QUIET, undefined, { signal });
      await publish(true);
    } catch (error) {
      if (signal.aborted) return;
      // Such as a configuration that is invalid.
      const message = error instanceof AppError ? error.message : String(error);
      await connection.sendNotification(LogMessageNotification.type, {
        type: MessageType.Error,
        message,
      });
    }
  };
  texts.onDidChangeContent(({ document }) => void check(document, QUIET));
  texts.onDidSave(({ document }) => void check(document, 0));
  texts.onDidClose(({ document: { uri } }) => {
    stop(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
}

function renamed({ document, model, offset }: Place, name: string): WorkspaceEdit | ResponseError {
  const ranges = renameAt(model, offset, name);
  if (typeof ranges === 'string') {
    return new ResponseError(LSPErrorCodes.RequestFailed, `cannot rename: ${ranges}`);
  }
  const edits = ranges.map((range) => ({ range: rangeOf(document, range), newText: name }));
  return { changes: { [document.uri]: edits } };
}

/** The text itself while it is invalid. */
function formatted(
  document: TextDocument,
  settings: { readonly indentsCommands: boolean },
): string {
  const text = document.getText();
  try {
    return formatDockerfile(text, { file: 'Dockerfile', ...settings }).text;
  } catch (error) {
    if (error instanceof AppError) return text;
    throw error;
  }
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => uri);
  return typeof rootUri === 'string' ? [rootUri] : [];
}

function capabilities(version: string): InitializeResult {
  return {
    serverInfo: { name: 'lamina', version },
    capabilities: {
      textDocumentSync: {
        openClose: true,
        change: TextDocumentSyncKind.Incremental,
        save: true,
      },
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['-', '=', '$', '{', '/', ',', '#'] },
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      renameProvider: { prepareProvider: true },
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      documentFormattingProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FORMAT] },
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
