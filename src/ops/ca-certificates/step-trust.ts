/**
 * Lets build steps trust certificates that no image has. A step gets them in four ways, none of which leaves a byte in
 * its layer: files in a mount of its own, variables that name these files, the image's own bundle with the certificates
 * at its end, and anchors, from which tools generate that bundle. Bundle and anchors are in a lower directory above the
 * image's layers and not in a mount, so a step may replace them, as `update-ca-certificates` does. Copies that a step
 * made of them are removed from its layer.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { type FileEntry, type FileTree, toText } from '../../files/index.ts';
import type { LowerFile, WantedMount } from '../../runtime/index.ts';
import { anchorFiles } from './anchors.ts';
import {
  ADDED_NAME,
  BUNDLE_NAME,
  CONFIGURATIONS,
  JAVA_NAME,
  TRUST_DIRECTORY,
  withTrustVariables,
} from './environment.ts';
import { addedToHost, hostBundle } from './host-certificates.ts';
import { javaTrustStore } from './java-trust-store.ts';
import { ANCHORS, BUNDLES, certificateFiles, entryAt } from './locations.ts';
import { type Certificate, parseCertificates, toPem } from './pem.ts';
import { readTreeFile } from './read-tree-file.ts';

/** What one step gets. */
export interface StepTrust {
  readonly mounts: readonly WantedMount[];
  readonly lowerFiles: readonly LowerFile[];
  /** The step's environment plus the variables that programs read. */
  readonly environment: (env: readonly string[]) => readonly string[];
  /** Certificates that the image did not have: none may be in the step's layer. */
  readonly added: readonly Certificate[];
  /** Bytes of the files that have them. */
  readonly sizes: ReadonlySet<number>;
}

interface Bundle {
  readonly entry: FileEntry;
  /** Latin1. */
  readonly text: string;
}

export class ExtraCertificates {
  readonly #fromFiles: readonly Certificate[];
  readonly #withHost: boolean;
  readonly #directory: () => Promise<string>;
  readonly #written = new Map<string, Promise<string>>();
  #all: readonly Certificate[] | undefined;

  private constructor(
    fromFiles: readonly Certificate[],
    withHost: boolean,
    directory: () => Promise<string>,
  ) {
    this.#fromFiles = fromFiles;
    this.#withHost = withHost;
    this.#directory = directory;
  }

  /**
   * @param sources paths of PEM files; `host` means the certificates added to this machine's own trust store
   * @param directory makes a temporary host directory, called when a step runs
   * @throws AppError BUILD_CA_CERTIFICATES_UNREADABLE, BUILD_CA_CERTIFICATES_EMPTY
   */
  static async open(
    sources: readonly string[],
    directory: () => Promise<string>,
  ): Promise<ExtraCertificates> {
    const files = sources.filter((source) => source !== 'host');
    const certificates = (await Promise.all(files.map(readCertificates))).flat();
    return new ExtraCertificates(certificates, files.length < sources.length, directory);
  }

  /** @param base the file system of the step */
  async forStep(base: FileTree): Promise<StepTrust> {
    const bundles = bundlesOf(base);
    const own = bundles[0]?.text ?? hostBundle();
    // Programs that read our file do not read the image's: it must have all that the image trusts.
    const anchors = [...certificateFiles(base, ANCHORS)].flatMap((path) => {
      const entry = base.lookup(path);
      return entry === undefined ? [] : [readTreeFile(base, entry)];
    });
    const text = joined([joined([own, ...anchors]), this.#missingIn(own)]);
    const added = this.#notIn(bundles.map((bundle) => bundle.text).join('\n'));
    const changedBundles = bundles.map(({ entry, text: before }) => ({
      ...entry,
      content: Buffer.from(joined([before, this.#missingIn(before)]), 'latin1').toString('base64'),
    }));
    const lowerFiles = [...changedBundles, ...anchorFiles(base, added)];
    return {
      mounts: [
        {
          kind: 'bind',
          source: Buffer.from(await this.#write(text, added)).toString('latin1'),
          target: TRUST_DIRECTORY,
          readonly: true,
        },
      ],
      lowerFiles,
      environment: withTrustVariables,
      added,
      sizes: new Set([
        text.length,
        ...added.map((certificate) => toPem(certificate).length),
        ...lowerFiles.map(({ content }) => Buffer.byteLength(content, 'base64')),
      ]),
    };
  }

  #certificates(): readonly Certificate[] {
    this.#all ??= this.#withHost ? [...this.#fromFiles, ...addedToHost()] : this.#fromFiles;
    return this.#all;
  }

  #missingIn(text: string): string {
    return this.#notIn(text).map(toPem).join('');
  }

  #notIn(text: string): readonly Certificate[] {
    const present = new Set(parseCertificates(text).map(({ id }) => id));
    return this.#certificates().filter(({ id }) => !present.has(id));
  }

  /** @returns the host directory with a step's files; steps with the same bundle share one */
  #write(text: string, added: readonly Certificate[]): Promise<string> {
    const hash = createHash('sha256').update(text, 'latin1');
    const name = hash
      .update(added.map(({ id }) => id).join())
      .digest('hex')
      .slice(0, 16);
    let written = this.#written.get(name);
    if (written === undefined) {
      written = this.#directory().then((parent) => writeFiles(`${parent}/${name}`, text, added));
      this.#written.set(name, written);
    }
    return written;
  }
}

async function writeFiles(
  directory: string,
  text: string,
  added: readonly Certificate[],
): Promise<string> {
  const temporary = `${directory}.new`;
  for (const path of [temporary, `${temporary}/${ADDED_NAME}`]) {
    await mkdir(path, { recursive: true });
    // Whatever the umask: any user of the step may read them.
    await chmod(path, 0o755);
  }
  const files: (readonly [string, string | Buffer])[] = [
    [BUNDLE_NAME, Buffer.from(text, 'latin1')],
    [JAVA_NAME, javaTrustStore(parseCertificates(text))],
    ...added.map((one) => [`${ADDED_NAME}/${one.id}.crt`, toPem(one)] as const),
    ...CONFIGURATIONS,
  ];
  for (const [file, content] of files) {
    await writeFile(`${temporary}/${file}`, content);
    await chmod(`${temporary}/${file}`, 0o644);
  }
  await rename(temporary, directory);
  return directory;
}

/** The image's bundles, each file once, however many links lead to it. */
function bundlesOf(tree: FileTree): readonly Bundle[] {
  const found = new Map<string, Bundle>();
  for (const path of BUNDLES) {
    const entry = entryAt(tree, path);
    if (entry?.type !== 'file' || found.has(entry.path)) continue;
    found.set(entry.path, { entry, text: readTreeFile(tree, entry) });
  }
  return [...found.values()];
}

function joined(texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .map((text, index, all) =>
      index < all.length - 1 && !text.endsWith('\n') ? `${text}\n` : text,
    )
    .join('');
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (cause) {
    throw new AppError(
      'BUILD_CA_CERTIFICATES_UNREADABLE',
      `cannot read certificates from '${path}'`,
      {
        hint: 'give the path of a PEM file, or host',
        cause,
      },
    );
  }
  const certificates = parseCertificates(text);
  if (certificates.length > 0) return certificates;
  throw new AppError('BUILD_CA_CERTIFICATES_EMPTY', `'${toText(path)}' contains no certificate`, {
    expected: 'a PEM file: text with -----BEGIN CERTIFICATE-----',
  });
}
