import { useEffect, useRef, useState } from 'preact/hooks';
import type { FilePreview } from '../page-data.ts';
import { size } from './format.ts';
import type { Item } from './items.ts';
import { loadPreview } from './load-data.ts';
import { namesOf } from './map.tsx';

export interface PreviewProps {
  readonly image: number;
  /** As lamina numbers it. */
  readonly node: number;
  readonly file: Item;
  readonly onClose: () => void;
}

/** The beginning of a file, as text where it is text. */
export function Preview({ image, node, file, onClose }: PreviewProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<FilePreview | Error>();
  useEffect(() => {
    dialog.current?.showModal();
    let isWanted = true;
    loadPreview(image, node, file.layer ?? 0).then(
      (preview) => isWanted && setFound(preview),
      (error: unknown) => isWanted && setFound(error instanceof Error ? error : new Error('')),
    );
    return () => {
      isWanted = false;
    };
  }, [file]);
  return (
    <dialog ref={dialog} class="preview" aria-labelledby="preview-title" onClose={onClose}>
      <header>
        <h3 id="preview-title">{namesOf(file)}</h3>
        <span class="quiet">
          {size(file.bytes)} · layer {file.layer}
        </span>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <Shown found={found} />
    </dialog>
  );
}

function Shown({ found }: { found: FilePreview | Error | undefined }) {
  if (found === undefined) return <p role="status">Reading the layer…</p>;
  if (found instanceof Error) return <p role="alert">{found.message}</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <pre tabIndex={0}>{found.text ?? found.hex}</pre>
      {found.isCut && <p class="note">Only the beginning is shown.</p>}
    </>
  );
}
