// Naive Dockerfiles of many kinds, for `lamina optimize`: how to test each, and what it must still do that no test used.

/**
 * @typedef {object} Project
 * @property {string} name its directory
 * @property {'output' | 'http'} answers how: on standard output, or to a request for `/`
 * @property {string} [port] the variable that sets its port, if not PORT
 * @property {string} expect text in the answer
 * @property {readonly (readonly [what: string, expect: string])[]} beyond other paths or arguments, and the text in their answers
 */

/** @type {readonly Project[]} */
export const projects = [
  {
    ...{ name: 'flask', answers: 'http', expect: 'Hello from Flask' },
    beyond: [
      ['/notes?text=late', 'late'],
      ['/time', '2026-01-01T00:00:00+00:00'],
    ],
  },
  {
    ...{ name: 'django', answers: 'http', expect: 'Hello from Django' },
    beyond: [
      ['/admin/login/', 'Django administration'],
      ['/static/admin/css/base.css', 'DJANGO'],
    ],
  },
  {
    ...{ name: 'fastapi', answers: 'http', port: 'UVICORN_PORT', expect: 'Hello from FastAPI' },
    beyond: [
      ['/openapi.json', 'Codecs'],
      ['/codecs?text=h%C3%A9', 'xn--h-bga'],
    ],
  },
  {
    ...{ name: 'c-make', answers: 'output', expect: 'Hello from C' },
    beyond: [['/usr/local/bin/checksum /etc/passwd', '/etc/passwd']],
  },
  {
    ...{ name: 'perl', answers: 'output', expect: '"total":7' },
    beyond: [['--dated', '1970-01-01 ']],
  },
  {
    ...{ name: 'php', answers: 'http', expect: 'Hello from PHP' },
    beyond: [['/notes.php', '2026-01-01T00:00:00+09:00']],
  },
  {
    ...{ name: 'multi-process', answers: 'http', expect: 'state.txt' },
    beyond: [['/ready.txt', 'READY']],
  },
  {
    ...{ name: 'cron-like', answers: 'output', expect: '4: Hello from cron at 01:00 CET' },
    beyond: [],
  },
  {
    ...{ name: 'locale', answers: 'output', expect: 'Donnerstag, 01. Januar 1970, 09:00 JST' },
    beyond: [],
  },
  {
    ...{
      name: 'users',
      answers: 'output',
      expect: 'Hello from app (1500), home ~app is /home/app',
    },
    beyond: [['export', '"n":1']],
  },
  {
    ...{ name: 'plugins', answers: 'output', expect: 'Hello from plugin tea' },
    beyond: [['./host milk', 'Hello from plugin milk']],
  },
  {
    ...{ name: 'express', answers: 'http', expect: 'Hello from Express' },
    beyond: [
      ['/prices', '1.234,50'],
      ['/shop.css', 'teal'],
    ],
  },
  {
    ...{ name: 'sharp', answers: 'http', expect: 'png, 16 pixels' },
    beyond: [
      ['/webp', 'webp, 16 pixels'],
      ['/avif', '16 pixels'],
    ],
  },
  {
    ...{ name: 'vite-nginx', answers: 'http', expect: 'Hello from Vite' },
    beyond: [
      ['/robots.txt', '/drafts/'],
      ['/a/page', 'Hello from Vite'],
    ],
  },
  {
    ...{ name: 'rust', answers: 'http', expect: 'Hello from Rust' },
    beyond: [['/notes', 'Notes of Rust']],
  },
  {
    ...{ name: 'go-embed', answers: 'http', expect: 'Hello from Go' },
    beyond: [
      ['/about', 'About: embedded'],
      ['/zone', '1970-01-01T05:30:00+05:30'],
      ['/user', '/usr/sbin'],
    ],
  },
  {
    ...{ name: 'ruby', answers: 'http', expect: 'Hello from Sinatra' },
    beyond: [
      ['/report', 'Report: '],
      ['/stamp', '19:00 -05'],
    ],
  },
  {
    ...{ name: 'spring', answers: 'http', expect: 'Hello from Spring' },
    beyond: [
      ['/facts', '1970-01-01T09:00+09:00'],
      ['/page.html', 'Static page'],
      ['/actuator/health', 'UP'],
    ],
  },
  {
    ...{ name: 'authorities', answers: 'output', expect: 'Hello from a trusted server' },
    beyond: [['python3 /usr/local/bin/fetch.py', 'Hello from a trusted server']],
  },
  {
    ...{ name: 'pictures', answers: 'output', expect: 'ImageMagick: PNG 24x16' },
    beyond: [
      ['gif', 'GIF 24x16'],
      ['webp', 'WEBP 24x16'],
      ['text', 'PNG 200x40'],
    ],
  },
];
