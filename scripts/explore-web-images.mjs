// Makes docs/images/explore-web-*.png: the page of an image, as `lamina explore --html` writes it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { installPackages, laminaProgram, root, run } from './host.mjs';

const [image] = process.argv.slice(2);
if (image === undefined) {
  process.stderr.write('usage: node scripts/explore-web-images.mjs IMAGE\n');
  process.exit(1);
}
installPackages({ chromium: '/usr/bin/chromium', pngquant: 'pngquant' });
const directory = mkdtempSync(join(tmpdir(), 'lamina-page-'));
const file = join(directory, 'page.html');
run(process.execPath, [laminaProgram, 'explore', '--html', file, image]);
mkdirSync(`${root}docs/images`, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
// The top of the page, and what is below it in the other theme.
await picture('light', { height: 1190 });
await picture('dark', { height: 1010, from: '[id="contents-0"]', click: 'text=Sunburst' });
await browser.close();
rmSync(directory, { recursive: true });

async function picture(colorScheme, { height, from, click }) {
  const page = await browser.newPage({ viewport: { width: 1280, height }, colorScheme });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('h1');
  if (click !== undefined) await page.click(click);
  if (from !== undefined) {
    await page.evaluate(
      `document.querySelector(${JSON.stringify(from)}).scrollIntoView({ block: 'start' })`,
    );
  }
  // The canvas is painted in the frame after the layout.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  );
  const path = `${root}docs/images/explore-web-${colorScheme}.png`;
  await page.screenshot({ path });
  // 256 colours are enough for a picture of text and areas, and a third of the size.
  run('pngquant', ['--force', '--strip', '--speed', '1', '--output', path, '256', path]);
  await page.close();
}
