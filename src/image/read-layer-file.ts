/** Reads one file of a layer from the layer's tar as it streams from its source. Nothing is kept. */
import { decompress, TarParser } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import { type BytePath, toText } from '../files/index.ts';
import { cleanMemberPath } from '../layers/index.ts';
import type { Layer } from './model/image.ts';

/**
 * The layer is read from its start to the end of the file. Holes of sparse files come as zeros.
 *
 * @param paths the file under all names that are hard links of it in the layer
 * @returns its bytes; each chunk is lent until the next one
 * @throws AppError LAYER_FILE_MISSING, ARCHIVE_…, and what reading the layer throws
 */
export async function* readLayerFile(
  layer: Layer,
  paths: ReadonlySet<BytePath>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const parser = new TarParser();
  let file: SparseOutput | undefined;
  for await (const chunk of decompress(layer.read())) {
    parser.push(chunk);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.kind === 'member') {
        const { header, sparse } = event;
        if (header.type !== 'file' || !paths.has(cleanMemberPath(header.path))) continue;
        file = new SparseOutput(header.size, sparse ?? [{ offset: 0, size: header.size }]);
      } else if (file !== undefined && event.kind === 'data') yield* file.add(event.bytes);
      else if (file !== undefined) {
        yield* file.end();
        return;
      }
    }
  }
  const [path = ''] = paths;
  throw new AppError(
    'LAYER_FILE_MISSING',
    `the layer ${layer.descriptor.digest} has no content for '${toText(path)}'`,
    { hint: 'it may be a hard link of a file in a lower layer; look for that one' },
  );
}

interface Piece {
  readonly offset: number;
  readonly size: number;
}

/** Puts stored bytes at their offsets, with zeros between them. */
class SparseOutput {
  readonly #size: number;
  readonly #pieces: readonly Piece[];
  #piece = 0;
  /** Of the current piece. */
  #done = 0;
  #at = 0;

  constructor(size: number, pieces: readonly Piece[]) {
    this.#size = size;
    this.#pieces = pieces.filter((piece) => piece.size > 0);
  }

  *add(stored: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let rest = stored; rest.length > 0; ) {
      const piece = this.#pieces[this.#piece];
      if (piece === undefined) return;
      yield* this.#zerosUpTo(piece.offset + this.#done);
      const part = rest.subarray(0, piece.size - this.#done);
      yield part;
      this.#at += part.length;
      this.#done += part.length;
      rest = rest.subarray(part.length);
      if (this.#done < piece.size) continue;
      this.#piece++;
      this.#done = 0;
    }
  }

  end(): Generator<Uint8Array, void, undefined> {
    return this.#zerosUpTo(this.#size);
  }

  *#zerosUpTo(offset: number): Generator<Uint8Array, void, undefined> {
    while (this.#at < offset) {
      const part = ZEROS.subarray(0, offset - this.#at);
      yield part;
      this.#at += part.length;
    }
  }
}

const ZEROS = Buffer.alloc(1 << 16);
