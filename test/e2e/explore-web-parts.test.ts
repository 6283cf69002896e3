/** The page of an image that is too large for it: what was cut is fetched on demand, whatever its name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExploredImage, exploreImage } from '../../src/index.ts';
import {
  directoriesOf,
  pageAssets,
  pageImage,
  pageJson,
  previewOf,
  servePage,
} from '../../src/web/index.ts';
import { Blobs, sha256, tarOfMembers } from '../support/archives.ts';
import { launchBrowser, openPage, seriousFindings } from '../support/browser.ts';

/** Of raw bytes, as in a tar: a bidi control, invalid UTF-8, a line break, markup. */
const HOSTILE = ['\xe2\x80\xaegnp.exe', 'bad\xff', 'two\nlines', '<!--<script><img src=x>'];
const SHOWN = ['\\u202egnp.exe', 'bad\\xff', 'two\\nlines', '<!--<script><img src=x>'];
const NAMES = [...HOSTILE, ...Array.from({ length: 30 }, (_, index) => `file${index}`), 'empty'];

const directory = mkdtempSync(join(tmpdir(), 'lamina-parts-'));
const stop = new AbortController();
let image: ExploredImage;
let browser: Browser;
let served: Promise<void>;
let url = '';

beforeAll(async () => {
  const files = NAMES.map((name, index) => {
    const content = name === 'empty' ? '' : `${index}${'x'.repeat(1000 - index)}`;
    return { path: `d/${name}`, content };
  });
  const blobs = new Blobs();
  const tar = tarOfMembers([{ path: 'd', type: 'directory', mode: 0o755 }, ...files]);
  const config = blobs.add('application/vnd.oci.image.config.v1+json', {
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    history: [{ created_by: 'COPY . /d' }],
  });
  const layer = blobs.add('application/vnd.oci.image.layer.v1.tar', tar);
  const archive = join(directory, 'image.tar');
  writeFileSync(archive, tarOfMembers(blobs.layout([blobs.manifest(config, [layer])])));
  const root = join(directory, 'store');
  image = await exploreImage({ image: `oci-archive:${archive}`, root });
  const { report, model } = image;
  const limits = { nodes: 8, rows: 10 };
  const images = [pageImage({ report, model, history: [], build: undefined }, limits)];
  const listening = Promise.withResolvers<string>();
  served = servePage({
    assets: await pageAssets(),
    answers: {
      data: pageJson({ images, isServed: true }),
      directory: directoriesOf([model]),
      preview: (query) => previewOf([image], query),
    },
    onListening: listening.resolve,
    signal: stop.signal,
  });
  url = await listening.promise;
  browser = await launchBrowser();
});
afterAll(async () => {
  stop.abort();
  await browser?.close();
  await served;
  await image[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

it('shows each file, also those that the page was not given at first', async () => {
  const { page, complaints } = await openPage(browser, url);
  const rows = page.locator('.listing tbody tr td:first-child');
  await page.click('text="d/"');
  const first = await rows.allInnerTexts();
  expect(first).toContain('29 smaller files');
  await page.click('text="29 smaller files"');
  await page.waitForSelector('nav[aria-label="Path"] >> text="29 smaller files"');
  const rest = await rows.allInnerTexts();
  const shown = [...SHOWN, ...NAMES.slice(HOSTILE.length)];
  expect([...first, ...rest].filter((name) => name !== '29 smaller files').sort()).toEqual(
    shown.sort(),
  );
  await page.click('text="file29"');
  await page.waitForSelector('dialog pre');
  expect(await page.textContent('dialog h3')).toBe('/d/file29');
  expect(await page.textContent('dialog pre')).toMatch(/^33x+$/);
  await page.keyboard.press('Escape');
  expect(await seriousFindings(page)).toEqual([]);
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

it('refuses odd questions for directories', () => {
  const ask = directoriesOf([image.model]);
  for (const query of ['', 'image=0', 'image=1&node=0&skip=0', 'image=0&node=99999&skip=0']) {
    expect(ask(new URLSearchParams(query))).toBeUndefined();
  }
  for (const query of [
    'image=0&node=-1&skip=0',
    'image=0&node=0&skip=-1',
    'image=0&node=0&skip=x',
  ]) {
    expect(ask(new URLSearchParams(query))).toBeUndefined();
  }
  expect(JSON.parse(ask(new URLSearchParams('image=0&node=0&skip=1')) ?? '').names).toEqual(['']);
});
