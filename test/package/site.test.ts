import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

let site: string;
let pages: string[];

beforeAll(() => {
  site = mkdtempSync(join(tmpdir(), 'os-vif-site-'));
  execFileSync('node', [join(ROOT, 'node_modules/typedoc/bin/typedoc'), '--out', site, '--logLevel', 'Warn'], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
}, 120_000);

afterAll(() => rmSync(site, { recursive: true, force: true }));

const read = (page: string): string => readFileSync(join(site, page), 'utf8');

describe('the docs site', () => {
  test('has no broken link, neither to a page nor to a place on it', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(1000);
  });

  test('has every guide of docs/', () => {
    const guides = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.md') && !path.startsWith('api'),
    );
    const shown = pages.filter((page) => page.startsWith('documents'));
    expect(shown).toHaveLength(guides.length);
  });
});

describe.skipIf(CHROMIUM === undefined && !process.env.CI)('in a browser', () => {
  let server: Server;
  let browser: Browser;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = join(site, resolve('/', decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname)));
      const file = path.endsWith('/') ? join(path, 'index.html') : path;
      if (!existsSync(file)) return void response.writeHead(404).end();
      response
        .writeHead(200, { 'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launch({
      executablePath: CHROMIUM ?? 'chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** The page, opened; a script that fails or a file that is missing on it fails the test. */
  async function open(path: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('requestfailed', (request) => troubles.push(`${request.url()} failed`));
    page.on('response', (response) => {
      if (response.status() >= 400 && !response.url().endsWith('/favicon.ico'))
        troubles.push(`${response.url()}: ${response.status()}`);
    });
    await page.goto(`${base}/${path}`, { waitUntil: 'networkidle0' });
    expect(troubles).toEqual([]);
    return page;
  }

  const text = (page: Page, selector: string): Promise<string> =>
    page.$eval(selector, ({ textContent }) => textContent ?? '');

  test('the start page opens', async () => {
    const page = await open('');
    expect(await page.title()).toBe('os-vif');
    expect(await text(page, 'body')).toContain('npm ci && npm run demo');
  });

  test('a guide shows its picture', async () => {
    const [guide] = pages.filter((page) => page.startsWith('documents') && /<img[^>]+\.svg/.test(read(page)));
    const page = await open(guide ?? 'documents/a guide with a picture');
    const widths = await page.$$eval('.tsd-panel img', (images) => images.map(({ naturalWidth }) => naturalWidth));
    expect(widths.length).toBeGreaterThan(0);
    for (const width of widths) expect(width).toBeGreaterThan(100);
  });

  test('an API page shows the class with its docstring', async () => {
    const [api] = pages.filter((page) => /^classes\/.*\bVIFBridge\.html$/.test(page));
    const page = await open(api ?? 'classes/VIFBridge.html');
    expect(await text(page, 'h1')).toContain('VIFBridge');
    expect(await text(page, 'body')).toContain('bridgeName');
  });

  test('search finds a name and leads to its page', async () => {
    const page = await open('');
    await page.click('#tsd-search-trigger');
    await page.type('#tsd-search-input', 'MacvtapPlugin');
    const result = await page.waitForSelector('#tsd-search-results li a');
    expect(await result?.evaluate(({ textContent }) => textContent)).toContain('MacvtapPlugin');
    await Promise.all([page.waitForNavigation(), result?.click()]);
    expect(await text(page, 'h1')).toContain('MacvtapPlugin');
  });
});

function linksOf(page: string): string[] {
  return [...read(page).matchAll(/<(?:a|link|img|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g)]
    .map(([, link = '']) => link.replaceAll('&amp;', '&'))
    .filter((link) => !/^(https?:|data:|mailto:)/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', place] = link.split('#');
  const target =
    path === '' ? page : relative(site, resolve(site, dirname(page), decodeURIComponent(path.split('?')[0] ?? '')));
  if (!existsSync(join(site, target))) return false;
  if (!place || !target.endsWith('.html')) return true;
  return idsOf(target).has(decodeURIComponent(place));
}

const knownIds = new Map<string, ReadonlySet<string>>();

function idsOf(page: string): ReadonlySet<string> {
  const known = knownIds.get(page) ?? new Set([...read(page).matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id));
  knownIds.set(page, known);
  return known;
}
