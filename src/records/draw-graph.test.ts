import { describe, expect, it } from 'vitest';
import { recordOf, stepOf } from '../../test/support/build-records.ts';
import { drawGraph } from './draw-graph.ts';

const HOSTILE = 'a"]\n<script>alert(1)</script>\\ é --> b;\u0000\ud800\'&';
const record = recordOf([
  stepOf(HOSTILE),
  stepOf('end', { inputs: [null, 0], kind: 'copy', milliseconds: 5 }),
]);
const lines = (text: string) => text.trimEnd().split('\n');

describe('a name with quotes, brackets, HTML and line ends', () => {
  it('is one label in Mermaid, as entities', () => {
    const [heading, node, , edge] = lines(drawGraph(record, 'mermaid'));
    expect(heading).toBe('flowchart LR');
    expect(node).toMatch(/^ {2}s0\["[\w .,:/#;-]*(<br\/>[\w .,:/#;-]*)*"\]$/);
    expect(node).toContain('a#34;#93; #60;script#62;alert#40;1#41;');
    expect(edge).toBe('  s0 ==>|COPY| s1');
  });

  it('is one string in DOT', () => {
    const text = drawGraph(record, 'dot');
    const strings = [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, inner = '']) => inner);
    expect(strings).toContain('a\\"] <script>alert(1)</script>\\\\ é --> b;\ufffd\ufffd\'&');
    const outside = text.replace(/"(?:[^"\\\n]|\\.)*"/g, 'S');
    expect(outside.replace('->', '')).not.toMatch(/[<>"\\]/);
    expect(lines(outside)).toContain('  S -> S [label=S, color=S, penwidth=3]');
  });

  it('is text in SVG', () => {
    const text = drawGraph(record, 'svg');
    expect(text).not.toContain('<script');
    expect(text).toContain('&#60;script&#62;');
    expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\ud800-\udfff]/);
    expect(text).not.toMatch(/&(?!#\d+;)/);
  });

  it('is as it was in JSON', () => {
    const { nodes } = JSON.parse(drawGraph(record, 'json')) as { nodes: { name: string }[] };
    expect(nodes[0]?.name).toBe(HOSTILE);
  });
});

it('a build without steps has a graph without nodes', () => {
  const empty = recordOf([]);
  expect(lines(drawGraph(empty, 'mermaid'))).toHaveLength(2);
  expect(drawGraph(empty, 'svg')).toMatch(/^<svg [^>]*width="\d+"/);
});
