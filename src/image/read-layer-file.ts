/** Reads one file of a layer from the layer's tar as it streams from its source. Nothing is kept. */
import { decompress, TarParser } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import { type BytePath, toText } from '../files/index.ts';
import { cleanMemberPath } from '../layers/index.ts';
import type { Layer } from './model/image.ts';
import { SparseOutput } from './sparse-output.ts';

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
