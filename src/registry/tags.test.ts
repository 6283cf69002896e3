import { describe, expect, it } from 'vitest';
import { type Conversation, converse } from '../../test/support/registry-endpoints.ts';
import { parseReference } from '../oci/index.ts';

const REPOSITORY = parseReference('registry.test/app:1');

const failing = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

async function tagsOf({ registries }: Conversation): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of registries.tags(REPOSITORY)) tags.push(tag);
  return tags;
}

describe('a list of tags', () => {
  it('is read page by page, without invalid tags', async () => {
    await using talk = await converse((request, response) => {
      if (request.url?.includes('last=b') === true) response.end('{"tags":["c","\\u001b[0m",7]}');
      else {
        response.setHeader('link', '</v2/app/tags/list?last=b&n=2>; rel="next"');
        response.end('{"tags":["a","b"]}');
      }
    });
    expect(await tagsOf(talk)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['another server', '<http://127.0.0.1:9/v2/app/tags/list>; rel="next"', 'another server'],
    ['itself', '</v2/app/tags/list?n=1000>; rel="next"', 'endless list'],
  ])('whose next page is at %s is refused', async (_name, link, text) => {
    await using talk = await converse((_request, response) => {
      response.setHeader('link', link);
      response.end('{"tags":["a"]}');
    });
    await expect(tagsOf(talk)).rejects.toThrow(failing('REGISTRY_PROTOCOL', text));
  });

  it.each([
    ['pages', '{"tags":["a"]}', 'endless list'],
    ['bytes', JSON.stringify({ tags: Array(10_000).fill('a'.repeat(100)) }), 'larger than 32 MiB'],
  ])('without end in %s is given up', async (_name, body, text) => {
    await using talk = await converse((_request, response) => {
      response.setHeader('link', `</v2/app/tags/list?last=${talk.log.length}>; rel="next"`);
      response.end(body);
    });
    await expect(tagsOf(talk)).rejects.toThrow(failing('REGISTRY_PROTOCOL', text));
    expect(talk.log.length).toBeLessThanOrEqual(2000);
  });

  it('may be empty, but not an arbitrary answer', async () => {
    let body = '{"tags":null}';
    await using talk = await converse((_request, response) => response.end(body));
    expect(await tagsOf(talk)).toEqual([]);
    for (body of ['<html>', '[]', '{"tags":{}}']) {
      await expect(tagsOf(talk)).rejects.toThrow(failing('REGISTRY_PROTOCOL'));
    }
  });
});
