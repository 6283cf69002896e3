import { createServer } from 'node:http';
import sharp from 'sharp';

const FORMATS = ['png', 'webp', 'avif'];
const drawing = Buffer.from('<svg width="64" height="64"><circle cx="32" cy="32" r="30"/></svg>');

createServer(async (request, response) => {
  const name = request.url.slice(1);
  const format = FORMATS.includes(name) ? name : 'png';
  const { info } = await sharp(drawing)
    .resize(16)
    .toFormat(format)
    .toBuffer({ resolveWithObject: true });
  response.end(`Hello from sharp: ${info.format}, ${info.width} pixels\n`);
}).listen(process.env.PORT ?? 3000);
