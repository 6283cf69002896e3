import type { ComponentChildren, RefObject } from 'preact';

export interface ScrollPaneProps {
  readonly label: string;
  readonly class?: string;
  readonly pane?: RefObject<HTMLElement | null>;
  readonly children: ComponentChildren;
}

/** A part of the page that scrolls, by keys too. */
export function ScrollPane({ label, class: name = '', pane, children }: ScrollPaneProps) {
  return (
    <section
      {...(pane !== undefined && { ref: pane })}
      class={`scroll ${name}`.trim()}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever uses keys must get to it
      tabIndex={0}
    >
      {children}
    </section>
  );
}
