import { describe, expect, it } from 'vitest';
import { LiveArea } from './live-area.ts';

describe('LiveArea', () => {
  function area(options: { readonly rewraps?: boolean } = {}) {
    const terminal = { columns: 40, rows: 10, written: '' };
    const live = new LiveArea({
      write: (text) => {
        terminal.written = String(text);
      },
      size: () => terminal,
      ...options,
    });
    const erased = () => terminal.written.split('\x1b[A\x1b[2K').length - 1;
    return { terminal, live, erased };
  }

  it('replaces what it painted, below lines that stay', () => {
    const { terminal, live, erased } = area();
    live.paint([], ['one', 'two']);
    expect(terminal.written).toContain('one\ntwo\n');
    live.paint(['done'], ['three']);
    expect(erased()).toBe(2);
    expect(terminal.written).toContain('done\nthree\n');
  });

  it('writes nothing if nothing has changed', () => {
    const { terminal, live } = area();
    live.paint([], ['one']);
    terminal.written = '';
    live.paint([], ['one']);
    expect(terminal.written).toBe('');
  });

  it('erases the rows that its lines take in a terminal that has become narrower', () => {
    const { terminal, live, erased } = area();
    live.paint([], ['x'.repeat(39), 'short', '界'.repeat(15)]);
    terminal.columns = 19;
    live.paint([], []);
    expect(erased()).toBe(3 + 1 + 2);
  });

  it('erases as many rows as lines where the terminal cuts them off', () => {
    const { terminal, live, erased } = area({ rewraps: false });
    live.paint([], ['x'.repeat(39), 'short']);
    terminal.columns = 19;
    live.paint([], []);
    expect(erased()).toBe(2);
  });

  it('erases no more rows than are on the screen, and never the screen as a whole', () => {
    const { terminal, live, erased } = area();
    live.paint(
      [],
      Array.from({ length: 9 }, () => 'x'.repeat(39)),
    );
    terminal.columns = 10;
    live.paint([], []);
    expect(erased()).toBe(9);
    expect(terminal.written).not.toMatch(/\x1b\[\d*J/);
  });
});
