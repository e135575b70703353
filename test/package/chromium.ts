/** Chromium, and a web site whose pages run no code but the site's own files. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Whether the tests in a browser run: always in CI, elsewhere where Chromium is installed. */
export const HAS_CHROMIUM = EXECUTABLE !== undefined || process.env.CI !== undefined;

export function launchChromium(): Promise<Browser> {
  return launch({ executablePath: EXECUTABLE ?? 'chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** W3C Content Security Policy: no eval, no inline script, nothing of another site. */
const POLICY = "default-src 'self'";

const CONTENT_TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves the files of a folder under the policy. Returns the server and its address. */
export async function serveStrictly(folder: string): Promise<{ readonly server: Server; readonly base: string }> {
  const server = createServer((request, response) => {
    const file = join(folder, resolve('/', new URL(request.url ?? '/', 'http://site').pathname));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return { server, base: `http://127.0.0.1:${address.port}` };
}
