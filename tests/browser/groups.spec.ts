import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('a group is made, named, joined, left, and its system messages say so', async ({ browser }) => {
  const port = () => installation.port;
  const [ida, jon, kim] = [
    await Person.arrive(browser, 'ida', port),
    await Person.arrive(browser, 'jon', port),
    await Person.arrive(browser, 'kim', port),
  ];
  await jon.register('Jon Frost');
  await kim.register('Kim Vale');
  await ida.register('Ida Lund');
  const system = (person: Person) => person.page.locator('.system');

  await test.step('made of two, it stands in both lists', async () => {
    await ida.page.getByRole('button', { name: 'New group' }).click();
    await ida.page.getByLabel('Name of the group').fill('Rowing');
    await ida.page.getByPlaceholder('Type a username').fill('jon');
    await ida.page.getByRole('dialog').getByRole('button', { name: '@jon' }).click();
    await ida.page.getByRole('button', { name: 'Create group' }).click();
    await ida.say('Saturday at eight, @jon?');
    await expect(ida.message('Saturday at eight').locator('.mention')).toHaveText('@Jon Frost');
    await expect(jon.row('Rowing').getByLabel('You are mentioned')).toBeVisible();
    await jon.open('Rowing');
    await expect(jon.row('Rowing').getByLabel('You are mentioned')).toHaveCount(0);
    await expect(jon.message('Saturday at eight').locator('.message-author')).toHaveText('Ida Lund');
    await jon.say('I bring the oars');
    await expect(ida.tick('Saturday at eight')).toHaveAccessibleName('Read');
  });

  await test.step('somebody else is added and sees what was said', async () => {
    await ida.page.getByRole('button', { name: 'Details' }).click();
    await ida.page.getByRole('button', { name: 'Add people' }).click();
    await ida.page.getByPlaceholder('Type a username').fill('kim');
    await ida.page.getByRole('dialog').getByRole('button', { name: '@kim' }).click();
    await ida.page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(ida.page.locator('.members')).toContainText('Kim Vale');
    await expect(system(jon)).toHaveText(['Ida Lund added Kim Vale']);
    await expect(kim.row('Rowing')).not.toContainText('unread');
    await kim.open('Rowing');
    await kim.sees('Saturday at eight, @Jon Frost?', 'I bring the oars');
  });

  await test.step('renamed, it is renamed for everybody', async () => {
    await ida.page.getByRole('button', { name: 'Rename' }).click();
    await ida.page.getByLabel('Name of the group').fill('Rowing club');
    await ida.page.getByRole('button', { name: 'Save' }).click();
    await expect(kim.page.getByRole('heading', { name: 'Rowing club', level: 1 })).toBeVisible();
    await expect(system(kim).last()).toHaveText('Ida Lund named the group “Rowing club”');
  });

  await test.step('who is removed loses it at once and is told', async () => {
    await ida.page.getByRole('button', { name: 'Remove Kim Vale' }).click();
    await ida.page.getByRole('dialog').last().getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(kim.page.getByText('You are no longer in “Rowing club”.')).toBeVisible();
    await expect(kim.row('Rowing')).toHaveCount(0);
    await expect(system(jon).last()).toHaveText('Ida Lund removed Kim Vale');
  });

  await test.step('the owner leaves, and the other owns it', async () => {
    await ida.page.getByRole('button', { name: 'Leave group' }).click();
    await ida.page.getByRole('dialog').last().getByRole('button', { name: 'Leave group' }).click();
    await expect(ida.row('Rowing')).toHaveCount(0);
    await expect(system(jon).last()).toHaveText('Ida Lund left');
    await jon.page.getByRole('button', { name: 'Details' }).click();
    await expect(jon.page.locator('.member', { hasText: 'Jon Frost' })).toContainText('Owner');
  });

  expect([...ida.complaints, ...jon.complaints, ...kim.complaints]).toEqual([]);
  for (const person of [ida, jon, kim]) await person.leave();
});
