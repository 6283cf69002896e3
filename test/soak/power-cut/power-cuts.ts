/**
 * Cuts the power after every change that commands make to a store, and looks at what may be on the disk then: `system check` finds the store
 * whole or mends it, images that were reported are in it, and the next build succeeds.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { randomFrom } from '../random.ts';
import { Disk, type Survives } from './disk.ts';
import { record } from './write-log.ts';

export interface PowerCutOptions {
  /** The bundled command, and the library that belongs to it. */
  readonly command: string;
  readonly library: string;
  /** A static busybox. */
  readonly busybox: string;
  readonly seed: number;
  /** How many states to look at; undefined: all of them. */
  readonly most?: number | undefined;
  readonly onProgress?: ((states: number, of: number, faults: number) => void) | undefined;
}

export interface PowerCutReport {
  /** Changes that the commands made. */
  readonly changes: number;
  readonly states: number;
  /** States that `system check` had to mend, by what it found. */
  readonly mended: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

type Library = typeof import('../../../src/index.ts');

/** What a command leaves, and what must be there whenever it is interrupted. */
interface Step {
  readonly args: readonly string[];
  /** Changes after which it began, and after which it had ended. */
  readonly begin: number;
  readonly end: number;
  /** Tag → possible image IDs; an empty text stands for none. While it runs, and after it. */
  readonly during: ReadonlyMap<string, readonly string[]>;
  readonly after: ReadonlyMap<string, readonly string[]>;
}

interface State {
  readonly name: string;
  readonly length: number;
  readonly survives: Survives;
}

/** @throws Error if a command fails without a power cut */
export async function cutPower(options: PowerCutOptions): Promise<PowerCutReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-power-'));
  try {
    return await new PowerCuts(options, directory).all();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

class PowerCuts {
  readonly #options: PowerCutOptions;
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #steps: Step[] = [];
  readonly #mended = new Map<string, number>();
  readonly #faults: string[] = [];
  #snapshot = '';

  constructor(options: PowerCutOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#disk = new Disk(this.#store, (path) => path.replace(this.#store, this.#snapshot));
  }

  get #store(): string {
    return join(this.#directory, 'store');
  }

  async all(): Promise<PowerCutReport> {
    this.#record();
    const library: Library = await import(pathToFileURL(this.#options.library).href);
    const states = this.#chosen();
    for (const [number, state] of states.entries()) {
      await this.#look(library, state);
      if (number % 20 === 0) this.#options.onProgress?.(number, states.length, this.#faults.length);
    }
    return {
      ...{ changes: this.#disk.length, states: states.length },
      ...{ mended: this.#mended, faults: this.#faults },
    };
  }

  #record(): void {
    const context = join(this.#directory, 'context');
    mkdirSync(context);
    copyFileSync(this.#options.busybox, join(context, 'busybox'));
    const dockerfile = (text: string) => writeFileSync(join(context, 'Dockerfile'), text);
    dockerfile('FROM scratch\nCOPY --chmod=755 busybox /bin/sh\n');
    this.#run(['build', '-q', '-t', 'base', context], 'base');
    const app = (number: number) =>
      dockerfile(
        `FROM base\nCOPY Dockerfile /number\nRUN --mount=type=cache,target=/c mkdir -p /dir/sub && echo ${number} > /dir/sub/file && echo x > /c/x && ln -s sub /dir/link\n`,
      );
    app(1);
    this.#run(['build', '-q', '-t', 'app', context], 'app');
    app(2);
    this.#run(['build', '-q', '-t', 'app', context], 'app');
    const archive = join(this.#directory, 'app.tar');
    this.#run(['save', '-o', archive, 'app'], undefined);
    this.#run(['image', 'prune', '-f'], undefined);
    this.#run(['builder', 'prune', '-af'], undefined);
    this.#run(['load', '-q', '-i', archive], undefined);
    this.#run(['rmi', 'app'], 'app');
    this.#run(['system', 'prune', '-af'], 'base');
  }

  /** Runs and records a command that moves or removes one tag. */
  #run(args: readonly string[], tag: string | undefined): void {
    const before = this.#steps.at(-1)?.after ?? new Map<string, readonly string[]>();
    const begin = this.#disk.length;
    const { events, stdout } = record([process.execPath, this.#options.command, ...args], {
      ...{ root: this.#store, scratch: join(this.#directory, 'trace') },
      env: { ...process.env, LAMINA_ROOT: this.#store },
    });
    this.#snapshot = join(this.#directory, `after-${this.#steps.length}`);
    cpSync(this.#store, this.#snapshot, { recursive: true, verbatimSymlinks: true });
    for (const event of events) this.#disk.apply(event);
    const after = new Map(before);
    const during = new Map(before);
    if (tag !== undefined) {
      const id = args[0] === 'build' ? stdout.trim() : '';
      after.set(tag, [id]);
      during.set(tag, [...(before.get(tag) ?? ['']), id]);
    }
    this.#steps.push({ args, begin, end: this.#disk.length, during, after });
  }

  #chosen(): readonly State[] {
    const random = randomFrom(this.#options.seed);
    const found = new Map<string, State>();
    for (let length = 1; length <= this.#disk.length; length++) {
      for (const state of statesAfter(length, random)) {
        const { survives } = state;
        const text = this.#disk.describe(length, survives);
        if (!found.has(text)) found.set(text, state);
      }
    }
    const all = [...found.values()];
    const { most = all.length } = this.#options;
    while (all.length > most) all.splice(random(all.length), 1);
    return all;
  }

  async #look({ createLamina }: Library, { name, length, survives }: State): Promise<void> {
    const root = join(this.#directory, 'cut');
    this.#disk.write(root, length, survives);
    const step = this.#steps.find(({ end }) => length <= end);
    const wanted = step && (length === step.end ? step.after : step.during);
    const fault = (what: string) =>
      this.#faults.push(
        `change ${length} (of ${step?.args.join(' ')} from ${step?.begin}), ${name}: ${what}`,
      );
    try {
      const lamina = createLamina({ root });
      const found = await lamina.checkStore();
      if (!found.sound) {
        for (const { path, problem } of found.problems) {
          const what = `${path.replace(root, '').replaceAll(/[0-9a-f]{6,}/g, '…')}: ${problem.replaceAll(root, '').replaceAll(/[0-9a-f]{6,}/g, '…')}`;
          this.#mended.set(what, (this.#mended.get(what) ?? 0) + 1);
        }
        await lamina.checkStore({ repair: true });
        if (!(await lamina.checkStore()).sound) fault('cannot be mended');
      }
      const images = await lamina.images();
      for (const [tag, ids] of wanted ?? []) {
        const image = images.find(({ references }) => references.includes(`${tag}:latest`));
        if (!ids.includes(image?.id ?? ''))
          fault(`${tag} is ${image?.id}, not ${ids.join(' or ')}`);
      }
      await this.#buildIn(createLamina, root);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      fault(text);
    }
    rmSync(root, { recursive: true, force: true });
  }

  async #buildIn(createLamina: Library['createLamina'], root: string): Promise<void> {
    const context = join(this.#directory, 'new');
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /new\n');
    const lamina = createLamina({ root });
    const { imageId } = await lamina.build({ context, tags: ['new'] });
    const images = await lamina.images();
    if (!images.some(({ id }) => id === imageId)) throw new Error('the new image is missing');
  }
}

/** What may be on the disk after so many changes, from the mildest to the wildest. */
function statesAfter(length: number, random: (limit: number) => number): readonly State[] {
  const chances = () => {
    const kept = Array.from({ length }, () => random(2) === 0);
    return (number: number) => kept[number] === true;
  };
  const [journalled, any] = [chances(), chances()];
  const lastName = random(length + 1);
  return [
    { name: 'everything kept', length, survives: () => true },
    { name: 'nothing kept that was not synced', length, survives: () => false },
    { name: 'names kept, contents lost', length, survives: ({ isData }) => !isData },
    {
      name: `names kept in order until ${lastName}, contents by chance`,
      length,
      survives: ({ isData, number }) => (isData ? journalled(number) : number < lastName),
    },
    { name: 'each kept by chance', length, survives: ({ number }) => any(number) },
  ];
}
