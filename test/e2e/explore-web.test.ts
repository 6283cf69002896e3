/** The page of `lamina explore`, in a real browser: as a file, and served. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, sha256, tarOfMembers } from '../support/archives.ts';
import { launchBrowser, openPage, seriousFindings } from '../support/browser.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const HOSTILE_NAME = '<img src=x onerror=alert(1)>.txt';
const HOSTILE_LABEL = `</script><script>alert('label')</script>`;
const PRIVATE_KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW',
  '-----END OPENSSH PRIVATE KEY-----',
].join('\n');

/** What a tab changes, and what a view changes: the rest of the page is looked at once. */
const FINDINGS = '.findings';
const CONTENTS = 'section[aria-labelledby^="contents-"]';

const bench = new Workbench();
const file = join(bench.directory, 'page.html');
const pair = join(bench.directory, 'pair.html');
let browser: Browser;

beforeAll(async () => {
  const files = {
    [HOSTILE_NAME]: 'x'.repeat(5000),
    'big.bin': Buffer.alloc(40_000, 7),
    'dir/deep/notes.txt': 'first line\nsecond line\n',
    'dir/same.txt': 'y'.repeat(700),
    'copy-of-same.txt': 'y'.repeat(700),
    id_rsa: PRIVATE_KEY,
  };
  const dockerfile = [
    ...['FROM scratch', 'COPY . /app/', 'COPY --chmod=600 big.bin /app/big.bin'],
    `LABEL title="${HOSTILE_LABEL}"`,
    `COPY ["${HOSTILE_NAME}", "/second/"]`,
  ];
  const first = bench.project({ ...files, Dockerfile: dockerfile.join('\n') }, 'first');
  await bench.succeed(['build', '-q', '-t', 'first', first]);
  const smaller = { 'big.bin': Buffer.alloc(10_000, 7), 'new.txt': 'n'.repeat(3000) };
  const second = bench.project(
    { ...smaller, Dockerfile: 'FROM scratch\nCOPY . /app/\n' },
    'second',
  );
  await bench.succeed(['build', '-q', '-t', 'second', second]);
  await bench.succeed(['explore', '--html', file, 'first']);
  await bench.succeed(['explore', '--html', pair, 'first', 'second']);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  bench[Symbol.dispose]();
});

describe('explore --html', () => {
  it('shows layers, contents and findings, and asks for nothing', async () => {
    const { page, complaints, requests } = await openPage(browser, pathToFileURL(file).href);
    expect(await page.textContent('h1')).toBe('first:latest');
    const layers = await page.locator('section[aria-label="Layers"] tbody tr').allInnerTexts();
    expect(layers.map((row) => row.split(/\s+/)[0])).toEqual(['2', '1', '0']);
    expect(layers[1]).toContain('COPY --chmod=600 big.bin /app/big.bin');
    expect(layers[2]).toContain('40.0 kB');
    expect(await names(page)).toEqual(['app/', 'second/']);
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the Dockerfile with what each line did, linked with the layers', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    const rows = await page.locator('section[aria-label="Dockerfile"] tbody tr').allInnerTexts();
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^\s*1\s+FROM scratch\s*$/);
    expect(rows[1]).toContain('MissingIgnoreFile the whole context is copied');
    expect(rows[2]).toMatch(
      /^1\s+3\s+COPY --chmod=600 big\.bin \/app\/big\.bin\s+ran\s+[\d.]+ m?s\s+40\.0 kB$/,
    );
    expect(rows[3]).toMatch(/^\s*4\s+LABEL title=".*"\s*$/);
    await page.click('section[aria-label="Dockerfile"] button[aria-label^="Layer 2:"]');
    expect(await names(page)).toEqual(['second/']);
    expect(await page.textContent('section[aria-label="Layers"] tr.chosen td')).toBe('2');
    expect(await page.textContent('section[aria-label="Dockerfile"] tr.chosen')).toContain(
      'second',
    );
    await page.close();
  });

  it('shows the history where no Dockerfile is on record, and no build', async () => {
    const elsewhere = join(bench.directory, 'elsewhere.html');
    const archive = `oci-archive:${join(bench.directory, 'first.tar')}`;
    const root = ['--root', join(bench.directory, 'other-store')];
    await bench.succeed(['save', 'first', '-o', join(bench.directory, 'first.tar')]);
    await bench.succeed(['explore', ...root, '--html', elsewhere, archive]);
    const { page } = await openPage(browser, pathToFileURL(elsewhere).href);
    const rows = await page.locator('section[aria-label="History"] tbody tr').allInnerTexts();
    expect(rows).toHaveLength(4);
    expect(rows[1]).toMatch(/^1\s+COPY --chmod=600 .*\s40\.0 kB$/);
    expect(rows[2]).toMatch(/^\s*LABEL title=/);
    expect(await page.locator('text="Timeline"').count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it('shows when each step ran, and which the build had to wait for', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    const rows = await page.locator('section[aria-label="Timeline"] tbody tr').allInnerTexts();
    const steps = rows.filter((row) => row.includes('COPY'));
    expect(steps).toHaveLength(3);
    // A step at the end that took no measurable time is no part of the longest way.
    expect(steps.some((step) => step.includes('on the critical path, from'))).toBe(true);
    expect(rows.find((row) => row.includes('exporting'))).toContain('work of lamina');
    await page.close();
  });

  it('keeps hostile names and histories as text', async () => {
    const { page, complaints } = await openPage(browser, pathToFileURL(file).href);
    await page.click('text="second/"');
    expect(await names(page)).toEqual([HOSTILE_NAME]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(complaints).toEqual([]);
    expect(readFileSync(file, 'utf8')).not.toContain('onerror=alert');
    await page.close();
  });

  it('allows no script but its own', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
      'wasRun' in window;
    `);
    expect(ran).toBe(false);
    await page.close();
  });

  it('shows one layer alone, what is hidden, and where secrets are, but no secret', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    await page.click('button[aria-label^="Layer 2:"]');
    expect(await names(page)).toEqual(['second/']);
    await page.click('text="Only layer 2"');
    await page.click('role=button[name="Reclaimable"]');
    await page.click('text="app/"');
    expect(await names(page)).toEqual(['big.bin']);
    await page.click('role=tab[name=/Reclaimable/]');
    expect(await page.textContent('#finding-0 tbody')).toMatch(/app\/big\.bin40\.0 kB01only mode/);
    await page.click('role=tab[name=/Secrets/]');
    expect(await page.textContent('#finding-0 tbody')).toContain('app/id_rsa');
    expect(await page.content()).not.toContain('b3BlbnNzaC1');
    await page.close();
  });

  it('says what an image without files has, and which layer could not be read', async () => {
    const empty = bench.project({ Dockerfile: 'FROM scratch\nENV A=b\n' }, 'empty');
    await bench.succeed(['build', '-q', '-t', 'empty', empty]);
    const blobs = new Blobs();
    const tars = [tarOfMembers([{ path: 'a', content: 'a' }]), Buffer.alloc(2048, 'no tar')];
    const config = blobs.add('application/vnd.oci.image.config.v1+json', {
      ...{ architecture: 'amd64', os: 'linux' },
      rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
    });
    const layers = tars.map((tar) => blobs.add('application/vnd.oci.image.layer.v1.tar', tar));
    const archive = join(bench.directory, 'damaged.tar');
    writeFileSync(archive, tarOfMembers(blobs.layout([blobs.manifest(config, layers)])));
    const shown = join(bench.directory, 'shown.html');
    await bench.succeed(['explore', '--html', shown, 'empty']);
    const { page } = await openPage(browser, pathToFileURL(shown).href);
    for (const text of ['The image has no layers.', 'Nothing here takes space.', 'Nothing here.']) {
      expect(await page.locator(`text="${text}"`).first().isVisible()).toBe(true);
    }
    expect(await seriousFindings(page)).toEqual([]);
    const partly = await bench.lamina(['explore', '--html', shown, `oci-archive:${archive}`]);
    expect(partly.status).toBe(1);
    expect(partly.stderr).toMatch(/^error: layer 1 \(sha256:[0-9a-f]{64}\) cannot be read: /);
    expect(partly.stderr).toMatch(/^ {2}code: [A-Z_]+ /m);
    await page.reload();
    await page.waitForSelector('[role=alert] >> text=/^Layer 1 could not be read/');
    const rows = await page.locator('section[aria-label="Layers"] tbody tr').allInnerTexts();
    expect(rows.map((row) => row.includes('not read'))).toEqual([true, false]);
    expect(await page.textContent('h1')).toMatch(/^sha256:[0-9a-f]{12}$/);
    await page.close();
  });

  it('is small', () => {
    expect(statSync(file).size).toBeLessThan(120_000);
  });

  it.each(['light', 'dark'] as const)(
    'has no serious accessibility finding: %s',
    async (scheme) => {
      for (const path of [file, pair]) {
        const { page } = await openPage(browser, pathToFileURL(path).href, scheme);
        expect(await page.getAttribute('html', 'data-theme')).toBe(scheme);
        expect(await seriousFindings(page)).toEqual([]);
        const tabs =
          path === file && scheme === 'light' ? await page.locator('role=tab').all() : [];
        const views = path === file ? ['Sunburst', 'Layer', 'Package', 'Reclaimable'] : [];
        for (const tab of tabs) {
          await tab.click();
          expect(await seriousFindings(page, FINDINGS)).toEqual([]);
        }
        for (const view of views) {
          const button = page.locator(`fieldset button:text-is("${view}")`);
          if ((await button.count()) === 0) continue;
          await button.click();
          expect(await seriousFindings(page, CONTENTS)).toEqual([]);
        }
        await page.close();
      }
    },
  );

  it('has none on a phone, and no text beyond the window', async () => {
    for (const path of [file, pair]) {
      const { page } = await openPage(browser, pathToFileURL(path).href);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await page.close();
    }
  });

  it('prints what is behind tabs, in light colours', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href, 'dark');
    await page.emulateMedia({ media: 'print' });
    await page.waitForSelector('text="Setuid and setgid files"');
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    expect(await page.locator('.findings h3').count()).toBe(7);
    expect(await page.locator('nav[aria-label="Sections"]').isVisible()).toBe(false);
    const cut = `[...document.querySelectorAll('.scroll')].filter((one) => one.scrollHeight > one.clientHeight + 1 &&
      getComputedStyle(one).overflow !== 'visible').length`;
    expect(await page.evaluate(cut)).toBe(0);
    await page.emulateMedia({ media: 'screen' });
    await page.waitForSelector('role=tab');
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    await page.close();
  });

  it('works by keyboard alone', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('Skip to the contents');
    await page.focus('role=application');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('role=application >> text=/^\\/app, /');
    await page.keyboard.press('Enter');
    await page.waitForSelector('nav[aria-label="Path"] >> text="app"');
    await page.keyboard.press('Backspace');
    await page.waitForFunction(
      `!document.querySelector('nav[aria-label="Path"]').textContent.includes('app')`,
    );
    await page.focus('role=tab[selected]');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toContain('Reclaimable');
    await page.close();
  });

  it('switches between dark and light', async () => {
    const { page } = await openPage(browser, pathToFileURL(file).href, 'dark');
    await page.click('role=button[name="Light theme"]');
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    await page.close();
  });

  it('shows two images side by side, and where they differ', async () => {
    const { page, complaints } = await openPage(browser, pathToFileURL(pair).href);
    expect(await page.textContent('h1')).toContain('second:latest');
    const rows = await page
      .locator('table:has(caption:text("Differences")) tbody tr')
      .allInnerTexts();
    expect(rows[0]).toMatch(/^app\/\s+46\.7 kB\s+13\.0 kB\s+−33\.7 kB$/);
    const figures = await page.locator('section[aria-label="Figures"] tbody tr').allInnerTexts();
    expect(figures[2]).toMatch(/^Change\s+−38\.7 kB\s+−78\.7 kB\s/);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('explore --web', () => {
  let server: ChildProcessWithoutNullStreams;
  let url: URL;

  beforeAll(async () => {
    const env = { ...process.env, LAMINA_ROOT: bench.store };
    server = spawn(process.execPath, [COMMAND, 'explore', '--web', 'first'], { env });
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    url = new URL(line.toString().trim());
  });
  afterAll(() => server.kill('SIGKILL'));

  it('shows the image, and the beginning of a file', async () => {
    const { page, complaints, requests } = await openPage(browser, url.href);
    await page.click('text="app/"');
    await page.click('text="dir/"');
    await page.click('text="deep/"');
    await page.click('text="notes.txt"');
    await page.waitForSelector('dialog pre');
    expect(await page.textContent('dialog pre')).toBe('first line\nsecond line\n');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(requests.filter((one) => !one.startsWith(url.origin) && one !== 'data:,')).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['no token', '/', undefined],
    ['an empty token', '/?token=', undefined],
    ['a wrong token', `/?token=${'A'.repeat(43)}`, undefined],
    ['data without a token', '/data', undefined],
    ['data with a wrong token', '/data', 'Bearer x'],
    ['a file without a token', '/file?image=0&node=1&layer=0', undefined],
    ['a directory without a token', '/directory?image=0&node=0&skip=0', undefined],
    ['a path with a token that is not at its place', '/data?token=TOKEN', undefined],
  ])('answers nothing to %s', async (_name, path, authorization) => {
    const asked = path.replace('TOKEN', url.searchParams.get('token') ?? '');
    const { status, body } = await get(asked, authorization === undefined ? {} : { authorization });
    expect(status).toBe(403);
    expect(body).not.toContain('first');
  });

  it('shows a binary file as bytes, and only its beginning', async () => {
    const { page } = await openPage(browser, url.href);
    await page.click('text="app/"');
    await page.click('text="big.bin"');
    await page.waitForSelector('dialog pre');
    const shown = (await page.textContent('dialog pre')) ?? '';
    expect(shown.split('\n')).toHaveLength(4096 / 16);
    expect(shown).toMatch(/^00000000 {2}(07 ){16} ?\.{16}\n/);
    expect(await page.textContent('dialog .note')).toBe('Only the beginning is shown.');
    await page.close();
  });

  it('listens on 127.0.0.1 only', async () => {
    for (const host of ['127.0.0.2', '::1']) {
      await expect(get(`/${url.search}`, {}, 'GET', host)).rejects.toThrow(
        /ECONNREFUSED|EADDRNOTAVAIL/,
      );
    }
  });

  it('has another token each time', async () => {
    const env = { ...process.env, LAMINA_ROOT: bench.store };
    const other = spawn(process.execPath, [COMMAND, 'explore', '--web', 'second'], { env });
    const [line] = (await once(other.stdout, 'data')) as [Buffer];
    const token = new URL(line.toString().trim()).searchParams.get('token') ?? '';
    other.kill('SIGKILL');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(token).not.toBe(url.searchParams.get('token'));
  });

  it('answers to its own names only, whatever the token', async () => {
    for (const host of ['evil.example', `evil.example:${url.port}`, '127.0.0.1', '127.0.0.1:1']) {
      expect((await get(`/${url.search}`, { host })).status).toBe(421);
    }
    expect((await get(`/${url.search}`, { host: `localhost:${url.port}` })).status).toBe(200);
  });

  it('is in no cache, no frame, and loads nothing from elsewhere', async () => {
    const { headers } = await get(`/${url.search}`);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('takes no odd question for a file', async () => {
    const authorization = `Bearer ${url.searchParams.get('token')}`;
    for (const query of [
      '',
      'image=9&node=1&layer=0',
      'image=0&node=-1&layer=0',
      'image=0&node=1e3&layer=0',
      'image=0&node=999999&layer=0',
    ]) {
      expect((await get(`/file?${query}`, { authorization })).status).toBe(404);
    }
    expect((await get('/../../etc/passwd', { authorization })).status).toBe(404);
    expect((await get('/data', { authorization }, 'POST')).status).toBe(405);
  });

  it('ends with Ctrl-C', async () => {
    server.kill('SIGINT');
    const [status] = (await once(server, 'exit')) as [number];
    expect(status).toBe(0);
    await expect(get('/')).rejects.toThrow(/ECONNREFUSED/);
  });

  async function get(
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
    host = '127.0.0.1',
  ) {
    const asked = request({ host, port: url.port, path, headers, method }).end();
    const [response] = await once(asked, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }
});

describe('explore', () => {
  it('takes one of --web and --html, and says where --html cannot write', async () => {
    const both = await bench.lamina(['explore', '--web', '--html', file, 'first']);
    expect(both).toMatchObject({ status: 125 });
    const nowhere = join(bench.directory, 'none', 'page.html');
    const refused = await bench.lamina(['explore', '--html', nowhere, 'first']);
    expect(refused.stderr).toContain('code: CLI_FILE');
  });
});

/** Of the table beside the map. */
async function names(page: Page): Promise<readonly string[]> {
  return page.locator('.listing tbody tr td:first-child').allInnerTexts();
}

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.textContent');
}
