/** What is known of open documents: each version is read and checked once. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lamina } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { Finding } from '../lint/index.ts';
import { type DockerfileModel, modelOf } from './model.ts';
import { configFileOf, Workspace, type WorkspaceFile } from './workspace.ts';

interface Known<T> {
  readonly version: number;
  readonly value: T;
}

/** The name of a document that is not a file; there is none of this name. */
const NO_FILE = '<editor>';

export class Documents {
  readonly #lint: Lamina['lint'];
  readonly #models = new WeakMap<TextDocument, Known<DockerfileModel | undefined>>();
  readonly #findings = new WeakMap<TextDocument, Known<readonly Finding[]>>();
  #workspace = new Workspace([]);

  constructor({ lint }: Pick<Lamina, 'lint'>) {
    this.#lint = lint;
  }

  /** @param folders URIs of the folders that the editor has open */
  open(folders: readonly string[]): void {
    this.#workspace = new Workspace(folders);
  }

  /** Undefined for documents that are not on disk, or outside of the workspace. */
  fileOf({ uri }: TextDocument): WorkspaceFile | undefined {
    return this.#workspace.fileOf(uri);
  }

  /** Undefined for a document that is too large. */
  modelOf(document: TextDocument): DockerfileModel | undefined {
    const known = this.#models.get(document);
    if (known?.version === document.version) return known.value;
    const value = orUndefined(() => modelOf(document.getText(), 'Dockerfile'));
    this.#models.set(document, { version: document.version, value });
    return value;
  }

  /** The number of RUN instructions. */
  countOfRuns(document: TextDocument): number {
    const nodes = this.modelOf(document)?.tree.instructions ?? [];
    return nodes.filter(({ name }) => name === 'run').length;
  }

  /** The findings of the last check, if the document has not changed since. */
  knownFindings(document: TextDocument): readonly Finding[] {
    const known = this.#findings.get(document);
    return known?.version === document.version ? known.value : [];
  }

  /**
   * Checks a document, also if it has not changed: the files around it may have.
   * @throws AbortedError
   */
  async check(
    document: TextDocument,
    options: { readonly shellcheck: boolean; readonly signal: AbortSignal },
  ): Promise<readonly Finding[]> {
    const { version } = document;
    const file = this.fileOf(document);
    const source = { path: file?.path ?? NO_FILE, text: document.getText() };
    const config = file && configFileOf(file);
    const context = file?.context;
    const { files } = await this.#lint({ files: [source], context, config, ...options });
    const value = files[0]?.findings ?? [];
    this.#findings.set(document, { version, value });
    return value;
  }
}

function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
