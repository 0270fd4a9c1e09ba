import { expect, type Page, test } from '@playwright/test';
import { type Excuse, violations } from './axe.ts';
import { Installation } from './installation.ts';

const installation = new Installation();
const docs = (path = '') => `http://127.0.0.1:${installation.port}/docs${path}`;

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

/** Everything that a page asks for, and what the browser complains of: nothing may come from elsewhere, nothing be refused. */
function watch(page: Page): { foreign: string[]; complaints: string[] } {
  const seen = { foreign: [] as string[], complaints: [] as string[] };
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${installation.port}/`)) seen.foreign.push(request.url());
  });
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') seen.complaints.push(line.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  return seen;
}

async function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

test('each kind of page passes axe in light and dark, every page fits a phone and asks nobody else for anything', async ({
  page,
}) => {
  const seen = watch(page);
  await page.goto(docs());
  await expect(page).toHaveURL(docs('/'));
  const pages = await page
    .locator('.pages a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  expect(pages.length).toBeGreaterThan(15);
  for (const path of [
    '/index.html',
    '/building-a-client.html',
    '/configuration.html',
    '/decisions.html',
    '/nothing/at/all',
  ]) {
    await page.goto(docs(path));
    expect(await violations(page), path).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  for (const address of pages) {
    await page.goto(address);
    expect(await widthOf(page), address).toBe(320);
  }
  expect(seen.foreign).toEqual([]);
  // The page that is not there is the one complaint.
  expect(seen.complaints.filter((line) => !line.includes('404'))).toEqual([]);
});

for (const reference of ['/rest.html', '/gateway.html']) {
  test(`${reference}, which is long, passes axe in light and dark`, async ({ page }) => {
    test.slow();
    await page.goto(docs(reference));
    expect(await violations(page)).toEqual([]);
  });
}

test('the page to try the API on passes axe but for what Swagger UI does itself', async ({ page }) => {
  test.slow();
  await page.goto(docs('/api/index.html'));
  await expect(page.locator('.opblock').last()).toBeVisible();
  const nested: Excuse = {
    rule: 'nested-interactive',
    selector: '.opblock-summary > .opblock-summary-control',
    why: 'It puts the link to a route into the button that opens it. Both are reached with the Tab key, and do what they say',
  };
  const highlighted: Excuse = {
    rule: 'color-contrast',
    selector: '.highlight-code span[style]',
    why: 'The colours of its examples are inline styles, and one of them is too weak on the ground that it sets itself',
  };
  const nameless: Excuse = {
    rule: 'button-name',
    selector: '.close-modal',
    why: 'The cross that closes its dialog has no name; a button beside it says Close',
  };
  const misnamed: Excuse = {
    rule: 'label-content-name-mismatch',
    selector: '.modal-btn.auth[aria-label="Apply credentials"]',
    why: 'Its button shows one word and is named by others',
  };
  expect(await violations(page, { excuses: [nested] })).toEqual([]);
  await page.locator('#operations-Users-getMe .opblock-summary-control').click();
  await expect(page.locator('.opblock.is-open .responses-table')).toBeVisible();
  expect(await violations(page, { within: '.opblock.is-open', excuses: [nested, highlighted] })).toEqual([]);
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  await expect(page.locator('.dialog-ux .auth-container')).toBeVisible();
  expect(await violations(page, { within: '.dialog-ux', excuses: [nameless, misnamed] })).toEqual([]);
});

test('by keyboard alone: skip the bar, follow the pages, search, and jump to a heading', async ({ page }) => {
  const seen = watch(page);
  await page.goto(docs('/index.html'));
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the text' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();

  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search the documents' });
  await expect(search).toBeFocused();
  await page.keyboard.type('offline queue');
  const results = page.getByRole('dialog').getByRole('listitem');
  await expect(results.first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await expect(results.first().getByRole('link')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(search).toBeFocused();

  await search.fill('recovery');
  await expect(results.first()).toContainText('Recovery');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(docs('/concepts.html#recovery'));
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Recovery' })).toBeInViewport();
  await expect(page.locator('.contents [aria-current]')).toHaveText('Recovery');

  await page.keyboard.press('Control+k');
  await search.fill('xyzzy');
  await expect(page.getByText('Nothing found.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(seen.complaints).toEqual([]);
});

test('previous and next lead through all pages, and back', async ({ page }) => {
  await page.goto(docs('/'));
  const way: string[] = [];
  for (;;) {
    way.push(page.url());
    const next = page.locator('.steps [rel=next]');
    if ((await next.count()) === 0) break;
    await next.click();
    await page.waitForURL((address) => address.href !== way.at(-1));
  }
  expect(new Set(way).size).toBe(way.length);
  expect(way.length).toBeGreaterThan(25);
  await page.locator('.steps [rel=prev]').click();
  await expect(page).toHaveURL(way.at(-2) as string);
});

test('code is copied as it stands', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(docs('/concepts.html'));
  const block = page.locator('.code').filter({ hasText: '"op"' });
  await block.hover();
  await block.getByRole('button', { name: 'Copy' }).click();
  await expect(block.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('{"op": 66, "d": 17}\n');
});

test('on a phone the pages are behind a button', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(docs('/concepts.html'));
  const pages = page.getByRole('navigation', { name: 'Pages', exact: true });
  await expect(pages).toBeHidden();
  const button = page.getByRole('button', { name: 'Pages' });
  await button.click();
  await expect(pages).toBeVisible();
  await pages.getByRole('link', { name: 'Getting started' }).press('Escape');
  await expect(button).toBeFocused();
  await button.click();
  await pages.getByRole('link', { name: 'Getting started' }).click();
  await expect(page.getByRole('heading', { name: 'Getting started', level: 1 })).toBeVisible();
});

test('without a script everything can be read', async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.goto(docs('/concepts.html'));
  await expect(page.getByRole('navigation', { name: 'Pages', exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Concepts', level: 1 })).toBeVisible();
  await page.close();
});

test('a route is tried from its reference, with a token', async ({ page, request }) => {
  const seen = watch(page);
  const account = await request.post(`http://127.0.0.1:${installation.port}/api/v1/auth/register`, {
    data: { username: 'reader', password: 'correct horse battery' },
  });
  const { session } = await account.json();
  await page.goto(docs('/rest.html'));
  await page.locator('p', { hasText: 'GET /api/v1/users/@me ·' }).getByRole('link', { name: 'try it' }).click();
  const route = page.locator('.opblock.is-open').filter({ hasText: '/api/v1/users/@me' });
  await expect(route).toBeVisible();

  await page.getByRole('button', { name: 'Authorize' }).first().click();
  await page.locator('.auth-container input').fill(session.access_token);
  await page.locator('.auth-btn-wrapper').getByRole('button', { name: 'Apply credentials' }).click();
  await page.locator('.auth-btn-wrapper').getByRole('button', { name: 'Close' }).click();
  await route.getByRole('button', { name: 'Try it out' }).click();
  await route.getByRole('button', { name: 'Execute' }).click();
  await expect(route.locator('.live-responses-table')).toContainText('"username": "reader"');
  await page.getByRole('link', { name: '← Rookery docs' }).click();
  await expect(page).toHaveURL(docs('/index.html'));
  expect(seen.foreign).toEqual([]);
  expect(seen.complaints).toEqual([]);
});
