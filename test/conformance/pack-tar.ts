/** Small tar archives for base images and for ADD, with nothing in them that changes from day to day. */
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../../src/archive/index.ts';

export type Member = Pick<TarHeader, 'path' | 'type' | 'mode'> &
  Partial<TarHeader> & { readonly content?: Uint8Array };

export function packTar(members: readonly Member[]): Buffer {
  const pieces = members.flatMap(({ content = Buffer.alloc(0), ...header }) => [
    encodeHeader({
      uid: 0,
      gid: 0,
      mtime: 1_577_836_800,
      mtimeNs: 0,
      ...header,
      size: content.length,
    }),
    content,
    Buffer.alloc(padding(content.length)),
  ]);
  return Buffer.concat([...pieces, END_OF_ARCHIVE]);
}
