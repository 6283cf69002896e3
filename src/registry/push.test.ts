/** Uploads that fail or are interrupted. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type Conversation, converse } from '../../test/support/registry-endpoints.ts';
import { blobOf, imageOf, readerOf } from '../../test/support/registry-images.ts';
import { digestOf, MEDIA_TYPES, parseReference } from '../oci/index.ts';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const BLOB = blobOf(CONTENT);
const REPOSITORY = parseReference('registry.test/app:1');
const UPLOADS = '/v2/app/blobs/uploads/';
const IMAGE = imageOf([CONTENT]).manifest;

const failing = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

const push = ({ registries }: Conversation, bytes: Uint8Array = CONTENT) =>
  registries.pushBlob(REPOSITORY, BLOB, { read: readerOf(bytes, 10_000) });

type Step = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A registry without the blob that opens uploads; `steps` answer the requests that follow. */
function uploading(steps: readonly Step[], headers: Record<string, string> = {}) {
  const rest = [...steps];
  return converse(
    async (request, response) => {
      if (request.method === 'HEAD') response.writeHead(404).end();
      else if (request.method === 'POST') {
        response.writeHead(202, { location: `${UPLOADS}1?state=a`, ...headers }).end();
      } else
        await (rest.shift() ?? ((_, answer) => answer.writeHead(500).end()))(request, response);
    },
    { note: 'content-range' },
  );
}

/** Accepts chunks and verifies the whole blob. */
function registryContent() {
  let content = Buffer.of();
  return {
    add: async (request: IncomingMessage) => {
      content = Buffer.concat([content, await buffer(request)]);
    },
    commit: async (request: IncomingMessage, response: ServerResponse) => {
      content = Buffer.concat([content, await buffer(request)]);
      response.writeHead(digestOf(content) === BLOB.digest ? 201 : 400).end();
    },
    get length() {
      return content.length;
    },
    /** Reads `count` bytes, then closes the connection. */
    breakAfter: (count: number) => (request: IncomingMessage) => {
      request.on('data', (chunk: Buffer) => {
        content = Buffer.concat([content, chunk]).subarray(0, count);
        if (content.length === count) request.socket.destroy();
      });
    },
  };
}

describe('a blob', () => {
  it('that exists is not sent', async () => {
    await using talk = await converse((_request, response) => response.end());
    expect(await push(talk)).toBe('exists');
    expect(talk.log).toEqual([`HEAD /v2/app/blobs/${BLOB.digest}`]);
  });

  it('is sent in one piece', async () => {
    const content = registryContent();
    await using talk = await uploading([content.commit]);
    const progress: number[] = [];
    const read = readerOf(CONTENT, 50_000);
    const onProgress = (bytes: number) => progress.push(bytes);
    expect(await talk.registries.pushBlob(REPOSITORY, BLOB, { read, onProgress })).toBe('uploaded');
    const digest = encodeURIComponent(BLOB.digest);
    expect(talk.log.at(-1)).toBe(`PUT ${UPLOADS}1?state=a&digest=${digest}`);
    expect(progress).toEqual([50_000, 100_000, 150_000, 200_000]);
  });

  it('resumes at the offset that the registry reports', async () => {
    const content = registryContent();
    await using talk = await uploading([
      content.breakAfter(65_000),
      (_request, response) =>
        response.writeHead(204, { range: '0-64999', location: `${UPLOADS}1?state=b` }).end(),
      async (request, response) => {
        await content.add(request);
        response.writeHead(202, { range: '0-199999', location: `${UPLOADS}1?state=c` }).end();
      },
      content.commit,
    ]);
    expect(await push(talk)).toBe('uploaded');
    expect(talk.log.slice(-3)).toEqual([
      `GET ${UPLOADS}1?state=a`,
      `PATCH ${UPLOADS}1?state=b 65000-199999`,
      `PUT ${UPLOADS}1?state=c&digest=${encodeURIComponent(BLOB.digest)}`,
    ]);
  });

  it.each([404, 416, 500])('starts over if the upload is gone (%i)', async (status) => {
    const content = registryContent();
    await using talk = await uploading([
      (request) => request.socket.destroy(),
      (_request, response) => response.writeHead(status).end(),
      content.commit,
    ]);
    expect(await push(talk)).toBe('uploaded');
    expect(talk.log.filter((line) => line.startsWith('POST'))).toHaveLength(2);
  });

  it('starts over if the registry reports a wrong offset', async () => {
    const content = registryContent();
    await using talk = await uploading([
      (request) => request.socket.destroy(),
      (_request, response) => response.writeHead(204, { range: '0-99', location: 'x' }).end(),
      (_request, response) => response.writeHead(416).end(),
      (_request, response) => response.writeHead(404).end(),
      content.commit,
    ]);
    expect(await push(talk)).toBe('uploaded');
  });

  it('is sent in chunks of the size that the registry requires', async () => {
    const content = registryContent();
    const large = Buffer.alloc(9 * 1024 * 1024, 'x');
    const taking: Step = async (request, response) => {
      await content.add(request);
      response.writeHead(202, { range: `0-${content.length - 1}`, location: 'next' }).end();
    };
    await using talk = await uploading(
      [
        (_request, response) => response.writeHead(413).end(),
        taking,
        taking,
        (_request, response) => response.writeHead(201).end(),
      ],
      { 'oci-chunk-min-length': '1000' },
    );
    const read = readerOf(large);
    expect(await talk.registries.pushBlob(REPOSITORY, blobOf(large), { read })).toBe('uploaded');
    expect(content.length).toBe(large.length);
    expect(talk.log.filter((line) => line.startsWith('PATCH'))).toEqual([
      `PATCH ${UPLOADS}1?state=a 0-8388607`,
      `PATCH ${UPLOADS}next 8388608-9437183`,
    ]);
  });

  it('is sent in chunks if connections break on the whole', async () => {
    const content = registryContent();
    const large = Buffer.alloc(9 * 1024 * 1024, 'x');
    await using talk = await converse(async (request, response) => {
      const { method, headers } = request;
      if (method === 'HEAD') return response.writeHead(404).end();
      if (method === 'POST') return response.writeHead(202, { location: `${UPLOADS}1` }).end();
      if (method === 'GET') return response.writeHead(404).end();
      if (Number(headers['content-length']) > 8 * 1024 * 1024) return request.socket.destroy();
      await content.add(request);
      const status = method === 'PUT' ? 201 : 202;
      return response.writeHead(status, { range: `0-${content.length - 1}`, location: '1' }).end();
    });
    const read = readerOf(large);
    expect(await talk.registries.pushBlob(REPOSITORY, blobOf(large), { read })).toBe('uploaded');
    expect(content.length).toBe(large.length);
    expect(talk.log.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
  });

  it('is given up if the registry keeps losing its bytes', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 'x');
    await using talk = await converse(async (request, response) => {
      const { method, headers } = request;
      const isFirst = headers['content-range']?.startsWith('0-') === true;
      if (method === 'POST') response.writeHead(202, { location: `${UPLOADS}1` }).end();
      else if (method === 'HEAD' || method === 'GET') response.writeHead(404).end();
      else if (!isFirst) request.socket.destroy();
      else {
        await buffer(request);
        response.writeHead(202, { range: '0-8388607', location: '1' }).end();
      }
    });
    const read = readerOf(large);
    await expect(talk.registries.pushBlob(REPOSITORY, blobOf(large), { read })).rejects.toThrow(
      failing('REGISTRY_UNREACHABLE', 'was lost'),
    );
  });

  it('exists although the answer was lost', async () => {
    let isThere = false;
    await using talk = await converse(async (request, response) => {
      if (request.method === 'HEAD') response.writeHead(isThere ? 200 : 404).end();
      else if (request.method === 'POST') response.writeHead(202, { location: 'x' }).end();
      else {
        await buffer(request);
        isThere = true;
        request.socket.destroy();
      }
    });
    expect(await push(talk)).toBe('uploaded');
  });

  it.each<[string, Buffer]>([
    ['fewer bytes', CONTENT.subarray(1)],
    ['more bytes', Buffer.concat([CONTENT, CONTENT])],
  ])('of %s than said never arrives whole', async (_name, bytes) => {
    let received = 0;
    const step: Step = async (request) => {
      for await (const chunk of request) received += chunk.length;
    };
    await using talk = await uploading([
      (...both) => Promise.resolve(step(...both)).catch(() => 0),
    ]);
    await expect(push(talk, bytes)).rejects.toThrow(failing('BLOB_DIGEST_MISMATCH', 'local copy'));
    expect(received).toBeLessThan(CONTENT.length);
  });

  it('never arrives whole when its source fails at the end', async () => {
    let received = 0;
    await using talk = await uploading([
      async (request) => {
        for await (const chunk of request) received += chunk.length;
      },
    ]);
    async function* read() {
      yield* readerOf(CONTENT, 10_000)(0);
      throw new Error('not what it should be');
    }
    await expect(talk.registries.pushBlob(REPOSITORY, BLOB, { read })).rejects.toThrow(
      'not what it should be',
    );
    expect(received).toBeLessThan(CONTENT.length);
  });

  it('may be lent chunk by chunk', async () => {
    const content = registryContent();
    await using talk = await uploading([content.commit]);
    async function* read() {
      const buffer = Buffer.alloc(10_000);
      for await (const chunk of readerOf(CONTENT, buffer.length)(0)) {
        buffer.set(chunk);
        yield buffer.subarray(0, chunk.length);
        buffer.fill(0);
      }
    }
    expect(await talk.registries.pushBlob(REPOSITORY, BLOB, { read })).toBe('uploaded');
    expect(content.length).toBe(CONTENT.length);
  });

  it('is retried only a few times when damaged in transit', async () => {
    const damaged: Step = async (request, response) => {
      await buffer(request);
      response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID","message":"other bytes"}]}');
    };
    const gone: Step = (_request, response) => response.writeHead(404).end();
    const steps = [damaged, gone, damaged, gone, damaged, gone, damaged, gone, damaged];
    await using talk = await uploading(steps);
    await expect(push(talk)).rejects.toThrow(failing('REGISTRY_REFUSED', 'other bytes'));
  });

  it('is mounted from a repository that has it, else sent', async () => {
    const content = registryContent();
    await using talk = await converse((request, response) => {
      const { method, url = '' } = request;
      if (method === 'HEAD') response.writeHead(404).end();
      else if (method === 'PUT') return content.commit(request, response);
      else if (method === 'DELETE') response.writeHead(204).end();
      else if (url.includes('from=has')) response.writeHead(201).end();
      else if (url.includes('from=forbidden')) response.writeHead(403).end();
      else response.writeHead(202, { location: `${UPLOADS}2` }).end();
      return undefined;
    });
    const from = (...names: string[]) =>
      talk.registries.pushBlob(REPOSITORY, BLOB, {
        read: readerOf(CONTENT),
        mountFrom: names.map((repository) => ({ registry: 'registry.test', repository })),
      });
    expect(await from('other/app', 'forbidden/app', 'has/it')).toBe('mounted');
    expect(await from('other/app')).toBe('uploaded');
    const query = `?mount=${encodeURIComponent(BLOB.digest)}&from=`;
    expect(talk.log.filter((line) => !line.startsWith('HEAD'))).toEqual([
      `POST ${UPLOADS}${query}other%2Fapp`,
      `DELETE ${UPLOADS}2`,
      `POST ${UPLOADS}${query}forbidden%2Fapp`,
      `POST ${UPLOADS}${query}has%2Fit`,
      `POST ${UPLOADS}${query}other%2Fapp`,
      `PUT ${UPLOADS}2?digest=${encodeURIComponent(BLOB.digest)}`,
    ]);
  });
});

describe('a manifest', () => {
  it('that was stored as another one is sent again', async () => {
    let count = 0;
    await using talk = await converse((_request, response) => {
      const digest = count++ === 0 ? BLOB.digest : IMAGE.descriptor.digest;
      response.writeHead(201, { 'docker-content-digest': digest }).end();
    });
    await talk.registries.pushManifest(REPOSITORY, IMAGE);
    expect(talk.log).toEqual(['PUT /v2/app/manifests/1', 'PUT /v2/app/manifests/1']);
  });

  it('that the registry rejects is sent at most twice', async () => {
    await using talk = await converse((_request, response) => {
      response.writeHead(400).end('{"errors":[{"code":"MANIFEST_INVALID","message":"no thanks"}]}');
    });
    await expect(talk.registries.pushManifest(REPOSITORY, IMAGE)).rejects.toThrow(
      failing('REGISTRY_REFUSED', 'no thanks'),
    );
    expect(talk.log).toHaveLength(2);
  });

  it('is not sent when it is too large', async () => {
    await using talk = await converse((_request, response) => response.end());
    const bytes = Buffer.alloc(5 * 1024 * 1024);
    const manifest = { bytes, descriptor: blobOf(bytes, MEDIA_TYPES.ociManifest) };
    await expect(talk.registries.pushManifest(REPOSITORY, manifest)).rejects.toThrow(
      failing('MANIFEST_TOO_LARGE'),
    );
    expect(talk.log).toEqual([]);
  });

  it('with a subject is listed under a tag only if the registry has no referrers API', async () => {
    const referring = imageOf([], { subject: IMAGE.descriptor }).manifest;
    const { digest } = referring.descriptor;
    const headers = { 'oci-subject': IMAGE.descriptor.digest };
    await using talk = await converse((_request, response) =>
      response.writeHead(201, headers).end(),
    );
    await talk.registries.pushManifest({ ...REPOSITORY, tag: undefined, digest }, referring);
    expect(talk.log).toEqual([`PUT /v2/app/manifests/${digest}`]);
  });
});

describe('referrers', () => {
  it('are read page by page from the referrers API', async () => {
    const one = { ...IMAGE.descriptor, artifactType: 'a/b' };
    await using talk = await converse((request, response) => {
      if (request.url?.includes('page=2') !== true) {
        response.setHeader('link', '<?page=2>; rel="next"');
      }
      response.end(JSON.stringify({ schemaVersion: 2, manifests: [one] }));
    });
    expect(await talk.registries.referrers(REPOSITORY, BLOB.digest)).toEqual([one, one]);
  });

  it('are empty without the API and the tag', async () => {
    await using talk = await converse((_request, response) => response.writeHead(404).end());
    expect(await talk.registries.referrers(REPOSITORY, BLOB.digest)).toEqual([]);
    expect(talk.log[1]).toBe(`GET /v2/app/manifests/${BLOB.digest.replace(':', '-')}`);
  });
});
