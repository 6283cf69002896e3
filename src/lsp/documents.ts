/** What is known of open documents: each version is read and checked once. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { AppError } from '../errors.ts';
import type { Finding } from '../lint/index.ts';
import { findingsOf, syntaxFinding } from './findings.ts';
import { type DockerfileModel, modelOf } from './model.ts';
import { ignoreFileOf, Workspace, type WorkspaceFile } from './workspace.ts';

interface Known {
  readonly version: number;
  /** Undefined for a document that is too large. */
  readonly model: DockerfileModel | undefined;
  readonly failure: AppError | undefined;
}

export class Documents {
  readonly #known = new WeakMap<TextDocument, Known>();
  #workspace = new Workspace([]);

  /** @param folders URIs of the folders that the editor has open */
  open(folders: readonly string[]): void {
    this.#workspace = new Workspace(folders);
  }

  /** Undefined for documents that are not on disk, or outside of the workspace. */
  fileOf({ uri }: TextDocument): WorkspaceFile | undefined {
    return this.#workspace.fileOf(uri);
  }

  modelOf(document: TextDocument): DockerfileModel | undefined {
    return this.#read(document).model;
  }

  /** In the order of the text. The ignore file is read each time: it may have changed. */
  findingsOf(document: TextDocument): readonly Finding[] {
    const { model, failure } = this.#read(document);
    if (failure !== undefined) return [syntaxFinding(failure)];
    if (model === undefined) return [];
    const file = this.fileOf(document);
    return findingsOf(model, file && ignoreFileOf(file));
  }

  #read(document: TextDocument): Known {
    const known = this.#known.get(document);
    if (known?.version === document.version) return known;
    const read = { version: document.version, ...readText(document.getText()) };
    this.#known.set(document, read);
    return read;
  }
}

function readText(text: string): Omit<Known, 'version'> {
  try {
    return { model: modelOf(text, 'Dockerfile'), failure: undefined };
  } catch (error) {
    if (error instanceof AppError) return { model: undefined, failure: error };
    throw error;
  }
}
