/** What a terminal sends, as keys, text and mouse events. */

/** Of a key that has a name: `up`, `ctrl+f`, `enter`. Enter and Ctrl+M are the same for a terminal. */
export type Input =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'mouse';
      readonly action: 'press' | 'up' | 'down';
      /** From 0. */
      readonly column: number;
      readonly row: number;
    };

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[5~': 'pageup',
  '[6~': 'pagedown',
  '[Z': 'shift+tab',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
  OR: 'f3',
  '[13~': 'f3',
  '[[C': 'f3',
};

const CONTROLS: Readonly<Record<number, string>> = {
  0: 'ctrl+space',
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  31: 'ctrl+slash',
  127: 'backspace',
};

/** Splits what was read at once. Sequences that are not known are left out. */
export function parseInput(text: string): Input[] {
  const found: Input[] = [];
  const pattern =
    /\x1b\[<(\d+);(\d+);(\d+)([Mm])|\x1b(\[\[[A-E]|\[[0-9;?]*[@-~]|O[@-~])|([\x00-\x1f\x7f])|([^\x00-\x1f\x7f]+)/g;
  for (const [, button, column, row, release, sequence, control, plain] of text.matchAll(pattern)) {
    if (button !== undefined) {
      const action = release === 'M' ? mouseAction(Number(button)) : undefined;
      if (action === undefined) continue;
      found.push({ kind: 'mouse', action, column: Number(column) - 1, row: Number(row) - 1 });
    } else if (sequence !== undefined) {
      const name = SEQUENCES[sequence];
      if (name !== undefined) found.push({ kind: 'key', name });
    } else if (control !== undefined) {
      const code = control.charCodeAt(0);
      const name = CONTROLS[code] ?? `ctrl+${String.fromCharCode(code + 96)}`;
      found.push({ kind: 'key', name });
    } else if (plain !== undefined) {
      for (const character of plain) {
        found.push(
          character === ' ' ? { kind: 'key', name: 'space' } : { kind: 'text', text: character },
        );
      }
    }
  }
  return found;
}

function mouseAction(button: number): 'press' | 'up' | 'down' | undefined {
  if (button === 0) return 'press';
  if (button === 64) return 'up';
  return button === 65 ? 'down' : undefined;
}
