/** Builds versions of a Dockerfile under names of its own, which end with it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lamina, OptimizeOptions } from '../api/index.ts';
import type { ContainerConfig } from '../oci/index.ts';
import type { Definition } from './changes.ts';

export interface Version {
  readonly definition: Definition;
  /** A name in the store. */
  readonly image: string;
  readonly config: ContainerConfig;
  /** Bytes of file content. */
  readonly bytes: number;
  readonly milliseconds: number;
}

export class Workshop implements AsyncDisposable {
  /** Of this machine, for the time of one optimization. */
  readonly directory: string;
  readonly #lamina: Lamina;
  readonly #options: OptimizeOptions;
  readonly #repository = `lamina-optimize/${randomBytes(6).toString('hex')}`;
  readonly #images: string[] = [];
  /** The first one that is built. */
  #given: Definition | undefined;

  private constructor(directory: string, lamina: Lamina, options: OptimizeOptions) {
    this.directory = directory;
    this.#lamina = lamina;
    this.#options = options;
  }

  static async open(lamina: Lamina, options: OptimizeOptions): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'lamina-optimize-')), lamina, options);
  }

  async build(
    definition: Definition,
    { noCache = false }: { readonly noCache?: boolean | undefined } = {},
  ): Promise<Version> {
    const image = `${this.#repository}:${this.#images.length + 1}`;
    const dockerfile = await this.#fileOf(definition);
    const { context, buildArgs, buildContexts, secrets, ssh, caCertificates } = this.#options;
    const { network, addHosts, allow, onEvent, signal } = this.#options;
    const started = Date.now();
    await this.#lamina.build({
      ...{
        context,
        buildArgs,
        buildContexts,
        secrets,
        ssh,
        caCertificates,
        network,
        addHosts,
        allow,
      },
      ...{ onEvent, signal, dockerfile, noCache, tags: [image] },
    });
    const milliseconds = Date.now() - started;
    this.#images.push(image);
    const [inspected] = (await this.#lamina.inspectImages({ images: [image] })).images;
    if (inspected === undefined) throw new Error(`the image ${image} is gone`);
    return {
      definition,
      image,
      config: inspected.Config,
      bytes: inspected.Size ?? 0,
      milliseconds,
    };
  }

  /** That of the user, named in errors, if nothing is changed. */
  async #fileOf(definition: Definition): Promise<string | undefined> {
    this.#given ??= definition;
    if (definition === this.#given) return this.#options.dockerfile;
    const dockerfile = join(this.directory, 'Dockerfile');
    await writeFile(dockerfile, definition.text);
    const ignoreFile = `${dockerfile}.dockerignore`;
    if (definition.ignore === undefined) await rm(ignoreFile, { force: true });
    else await writeFile(ignoreFile, definition.ignore);
    return dockerfile;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    for (const image of this.#images) await this.#lamina.removeImage({ image }).catch(() => {});
  }
}
