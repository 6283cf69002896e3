import { describe, expect, it } from 'vitest';
import { TextSearch } from './text-search.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEA7bq0'.repeat(8)}\n-----END RSA PRIVATE KEY-----\n`;
const LINE = 'some words of a log, "quoted" and not\n';

function search(content: Buffer, { piece = 64 << 10, path = 'srv/app.log' } = {}) {
  const found = new TextSearch(path, content.length);
  for (let at = 0; at < content.length; at += piece) found.add(content.subarray(at, at + piece));
  return { kinds: found.finish(), isDone: found.isDone };
}

/** A text of so many bytes with a secret at a place. */
function text(size: number, place: number, secret: string, filler = LINE): Buffer {
  const filled = filler.repeat(Math.ceil(size / filler.length)).slice(0, size);
  return Buffer.from(`${filled.slice(0, place)} ${secret} ${filled.slice(place)}`);
}

describe('TextSearch', () => {
  it.each([0, 300_000, 999_000, 2_000_000])(
    'finds a token and a key in a large text at %i',
    (place) => {
      expect(search(text(2_000_000, place, TOKEN)).kinds).toEqual(['github-token']);
      expect(search(text(2_000_000, place, `\n${KEY}`)).kinds).toEqual(['private-key']);
    },
  );

  it('finds what lies across the ends of windows and pieces', () => {
    const WINDOW = 256 << 10;
    for (let shift = -300; shift <= 4500; shift += 180) {
      const secret = shift % 360 === 60 ? TOKEN : `\n${KEY}`;
      const content = text(700_000, WINDOW + shift, secret);
      expect(search(content, { piece: 9_973 }).kinds).toHaveLength(1);
      expect(search(content).kinds).toHaveLength(1);
    }
  });

  it('finds a token in a text without lines', () => {
    for (const place of [262_100, 262_144, 266_000, 500_000]) {
      const content = text(900_000, place, TOKEN, '{"a":1,"b":[true,null]},');
      expect(search(content).kinds).toEqual(['github-token']);
      const unbroken = text(900_000, place, TOKEN, 'z'.repeat(1000));
      expect(search(unbroken).kinds).toEqual(['github-token']);
    }
  });

  it('does not take a part of a longer word for a token', () => {
    // The word around it goes on for longer than the pattern allows.
    for (let shift = 0; shift < 5000; shift += 185) {
      const content = text(600_000, 260_000 + shift, `x${TOKEN}_${TOKEN}_`);
      expect(search(content).kinds).toEqual([]);
    }
  });

  it('searches small data, and stops at large data', () => {
    const data = Buffer.concat([Buffer.alloc(100), Buffer.from(` ${TOKEN} `)]);
    expect(search(data).kinds).toEqual(['github-token']);
    const large = Buffer.concat([data, Buffer.alloc(300_000, 'x')]);
    expect(search(large)).toEqual({ kinds: [], isDone: true });
  });

  it('knows large files by their names too', () => {
    const content = text(600_000, 400_000, '\nDB_PASSWORD=hunter2\n');
    expect(search(content, { path: 'srv/.env' }).kinds).toEqual(['env-file']);
    expect(search(content).kinds).toEqual([]);
  });
});
