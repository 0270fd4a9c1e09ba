import { type Browser, type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { Network } from './installation.ts';

/** Somebody in a browser of his own, behind a network of his own. What the page complains about is kept in `complaints`. */
export class Person {
  readonly complaints: string[] = [];

  private constructor(
    readonly name: string,
    readonly network: Network,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // What the network did is the test's own doing; a refused script or style is not.
      if (message.type() === 'error' && !/ERR_|WebSocket connection|net::/.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
  }

  /** `prepare`: before the page is loaded for the first time. */
  static async arrive(
    browser: Browser,
    name: string,
    port: () => number,
    prepare?: (person: Person) => Promise<void>,
  ): Promise<Person> {
    const network = await Network.to(port);
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: 'en-US' });
    const person = new Person(name, network, context, await context.newPage());
    await prepare?.(person);
    await person.page.goto(network.address);
    return person;
  }

  async leave(): Promise<void> {
    await this.context.close();
    await this.network.remove();
  }

  async register(displayName: string): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Username').fill(this.name);
    await page.getByLabel('Name', { exact: true }).fill(displayName);
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.locator('form').getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByRole('heading', { name: `Welcome, ${displayName}` })).toBeVisible();
  }

  async find(username: string): Promise<void> {
    await this.page.getByLabel('Find people and chats').fill(username);
    await this.page.getByRole('button', { name: `@${username}` }).click();
  }

  async open(title: string): Promise<void> {
    await this.row(title).click();
  }

  async say(text: string): Promise<void> {
    await this.page.locator('#composer').fill(text);
    await this.page.locator('#composer').press('Enter');
  }

  /** Opens the settings at one of their parts. */
  async settings(part: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Settings' }).click();
    await this.page.getByRole('tab', { name: part }).click();
  }

  /** A conversation in the list. */
  row(title: string): Locator {
    return this.page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${title}`) });
  }

  message(text: string): Locator {
    return this.page.locator('.message', { hasText: text });
  }

  tick(text: string): Locator {
    return this.message(text).locator('.ticks');
  }

  /** All texts of the open conversation, from top to bottom. */
  texts(): Promise<string[]> {
    return this.page.locator('.message .text').allTextContents();
  }

  async sees(...texts: string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }

  /** The network goes away, and the browser notices. */
  async loseNetwork(): Promise<void> {
    this.network.cut();
    await this.context.setOffline(true);
  }

  async regainNetwork(): Promise<void> {
    this.network.heal();
    await this.context.setOffline(false);
  }
}
