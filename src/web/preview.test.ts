import { describe, expect, it } from 'vitest';
import { ImageModel } from '../analysis/index.ts';
import type { FilePreview } from './page-data.ts';
import { previewOf } from './preview.ts';

const MODEL = new ImageModel();
MODEL.addLayer([
  {
    ...{ kind: 'entry', path: 'file', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 5e12 },
    ...{ mtime: 0, mtimeNs: 0 },
  },
]);

/** The preview of a file of which chunks come without an end. @returns how much was read */
async function previewOfEndless(chunk: Uint8Array) {
  let read = 0;
  let isClosed = false;
  const image = {
    model: MODEL,
    async *read() {
      try {
        for (;;) {
          read += chunk.length;
          yield chunk;
        }
      } finally {
        isClosed = true;
      }
    },
  };
  const query = new URLSearchParams('image=0&node=1&layer=0');
  const preview: FilePreview = JSON.parse((await previewOf([image], query)) ?? '');
  return { preview, read, isClosed };
}

describe('the preview of a file', () => {
  it('reads the beginning of a huge file, and no more', async () => {
    const { preview, read, isClosed } = await previewOfEndless(Buffer.from('ä'.repeat(5000)));
    expect(preview).toMatchObject({ bytes: 5e12, hex: null, isCut: true });
    // A character that was cut at the end is left out.
    expect(preview.text).toBe('ä'.repeat(64 * 512));
    expect(read).toBe(70_000);
    expect(isClosed).toBe(true);
  });

  it.each([
    ['NUL', Buffer.from('text\0')],
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0xfe])],
    ['escape sequences of a program', Buffer.from('\x7fELF\x02\x01')],
  ])('shows bytes where there is %s', async (_, chunk) => {
    const { preview } = await previewOfEndless(chunk);
    expect(preview.text).toBe(null);
    expect(preview.hex?.split('\n')).toHaveLength(4096 / 16);
  });

  it('escapes bidi controls of a text', async () => {
    const { preview } = await previewOfEndless(Buffer.from('if (a\u202e) {\n'));
    expect(preview.text?.split('\n')[0]).toBe('if (a\\u202e) {');
  });
});
