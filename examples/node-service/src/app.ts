import { Hono } from 'hono';

const GREETING = 'Hello from TypeScript';

export const app = new Hono();

app.get('/', (c) => c.json({ greeting: GREETING, uid: process.getuid?.() }));
app.get('/health', (c) => c.text('ok'));
app.get('/greet/:name', (c) => c.json({ greeting: `Hello, ${c.req.param('name')}` }));
