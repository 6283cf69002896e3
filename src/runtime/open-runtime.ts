/** Chooses the runtime of this machine. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  chooseIsolation,
  defaultIsolation,
  type IsolationReport,
  isolationUnusable,
  noIsolation,
  readMachineFacts,
} from './isolation/index.ts';
import { findOciProgram, SandboxRuntime } from './oci/index.ts';
import type {
  Isolation,
  ProcessResult,
  ProcessSpec,
  RunOptions,
  Runtime,
  RuntimeCapabilities,
  RuntimeOptions,
} from './process/index.ts';

/** A runtime for this machine and user. Failures to find one are reported by its `check`, and its first `run`. */
export function openRuntime(options: RuntimeOptions): Runtime {
  return new ChosenRuntime(options);
}

/** Nothing is looked at before something is asked: a cached build runs nothing. */
class ChosenRuntime implements Runtime {
  readonly #options: RuntimeOptions;
  #choice: { readonly report: IsolationReport; readonly fault: AppError | undefined } | undefined;
  #runtime: Runtime | undefined;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  get isolation(): Isolation {
    return this.#choose().report.isolation;
  }

  get lacks(): readonly string[] {
    return this.#choose().report.lacks;
  }

  get capabilities(): RuntimeCapabilities {
    return this.#open().capabilities;
  }

  async check(): Promise<void> {
    const { fault } = this.#choose();
    if (fault !== undefined) throw fault;
  }

  warmUp(): void {
    if (this.#choose().fault === undefined) this.#open().warmUp();
  }

  async run(spec: ProcessSpec, options?: RunOptions): Promise<ProcessResult> {
    await this.check();
    return this.#open().run(spec, options);
  }

  forward(signal: NodeJS.Signals): boolean {
    return this.#runtime?.forward(signal) ?? false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime?.[Symbol.asyncDispose]();
  }

  #open(): Runtime {
    this.#runtime ??= new SandboxRuntime(this.#choose().report, this.#options);
    return this.#runtime;
  }

  #choose(): { readonly report: IsolationReport; readonly fault: AppError | undefined } {
    this.#choice ??= choose(this.#options);
    return this.#choice;
  }
}

/** What does not work is chosen too: its form of files may be asked for, but no process runs. */
function choose({ isolation, env }: RuntimeOptions) {
  const facts = readMachineFacts(env);
  const report = chooseIsolation(isolation ?? defaultIsolation(env), facts);
  if (report === undefined) {
    const none: IsolationReport = { isolation: 'oci', works: false, lacks: [] };
    return { report: none, fault: noIsolation(facts) };
  }
  return { report, fault: report.works ? undefined : isolationUnusable(report) };
}

export interface RuntimeDescription {
  readonly name: string;
  /** The program's, absolute. */
  readonly path: string;
  readonly version: string;
}

/**
 * The OCI runtime of this machine, for people.
 *
 * @param env has PATH and LAMINA_RUNTIME
 * @returns undefined when nothing was found
 */
export async function describeRuntime(env: Environment): Promise<RuntimeDescription | undefined> {
  try {
    const { name, path, version } = await findOciProgram(env);
    return { name, path, version };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
