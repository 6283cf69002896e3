/** The page as one file without anything outside: its data is in it, compressed. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { PageAssets } from './page-assets.ts';
import type { PageData } from './page-data.ts';
import { pageJson } from './page-json.ts';

/** @returns HTML that runs its own script only and asks nothing of any server */
export function pageFile(data: PageData, { script, style }: PageAssets): string {
  // Base64: no name out of an image can end the element that it is in.
  const packed = gzipSync(pageJson(data), { level: 9 }).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(titleOf(data))}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page draws an image by a script. Allow it, or run “lamina report”.</noscript>
<script type="application/octet-stream" id="data">${packed}</script>
<script>${script}</script>
</body>
</html>
`;
}

export function titleOf({ images }: PageData): string {
  const names = images.map(({ report: { image } }) => image.names[0] ?? image.id.slice(7, 19));
  return `${names.join(' and ')} · lamina`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
