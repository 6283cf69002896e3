// Makes docs/images/explore-web-*.png: the page of an image, as `lamina explore --html` writes it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { laminaProgram, root, run } from './host.mjs';

const [image] = process.argv.slice(2);
if (image === undefined) {
  process.stderr.write('usage: node scripts/explore-web-images.mjs IMAGE\n');
  process.exit(1);
}
const directory = mkdtempSync(join(tmpdir(), 'lamina-page-'));
const file = join(directory, 'page.html');
run(process.execPath, [laminaProgram, 'explore', '--html', file, image]);
mkdirSync(`${root}docs/images`, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1240 }, colorScheme });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('h1');
  if (colorScheme === 'dark') {
    await page.click('text=Sunburst');
    await page.locator('.map').scrollIntoViewIfNeeded();
  }
  // The canvas is painted in the frame after the layout.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  );
  await page.screenshot({ path: `${root}docs/images/explore-web-${colorScheme}.png` });
  await page.close();
}
await browser.close();
rmSync(directory, { recursive: true });
