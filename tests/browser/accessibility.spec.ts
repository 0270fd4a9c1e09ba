import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

/** What axe finds against WCAG 2.2 AA, in few words, in light and in dark. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations: rules } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    for (const rule of rules) {
      for (const node of rule.nodes) found.push(`${colorScheme}: ${rule.id}: ${node.html} ${node.failureSummary}`);
    }
  }
  return found;
}

test('every view passes axe in light and dark, and nothing is wider than a phone', async ({ browser }) => {
  const port = () => installation.port;
  const eve = await Person.arrive(browser, 'eve', port);
  const { page } = eve;
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  const fred = await Person.arrive(browser, 'fred', port);
  await fred.register('Fred Ohm');
  await eve.register('Eve Stone');
  expect(await violations(page)).toEqual([]);

  await eve.find('fred');
  await eve.say('A link: https://rookery.example, and `code`');
  await eve.say('🎉');
  await expect(eve.tick('🎉')).toHaveAccessibleName('Delivered');
  await fred.open('Eve Stone');
  await fred.say('Seen');
  await eve.message('Seen').hover();
  await page.getByRole('button', { name: 'Reply' }).click();
  await eve.say('Answered');
  await expect(eve.tick('Answered')).toHaveAccessibleName('Read');
  expect(await violations(page)).toEqual([]);

  for (const name of ['Details', 'Settings', 'New group']) {
    await page.getByRole('button', { name }).click();
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }

  await page.setViewportSize({ width: 320, height: 568 });
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await expect(eve.row('Fred Ohm')).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
  expect(eve.complaints).toEqual([]);
  await eve.leave();
  await fred.leave();
});
