import { afterAll, describe, expect, test, vi } from 'vitest';
import { draftOf, setDraft } from '../src/composer/drafts.ts';

const kChannel = '17';
const tab = new BroadcastChannel('rookery-drafts');
const heard: string[] = [];
tab.onmessage = ({ data }) => heard.push(data.text);

afterAll(() => tab.close());

let endings = 0;

/** What another tab says arrives after everything that it said before. */
async function tell(text: string, at: number): Promise<void> {
  tab.postMessage({ channel: kChannel, text, at });
  tab.postMessage({ channel: 'the end', text: `${text}.`, at: ++endings });
  await vi.waitFor(() => expect(draftOf('the end')).toBe(`${text}.`));
  tab.postMessage({ channel: 'the end', text: '', at: ++endings });
  await vi.waitFor(() => expect(draftOf('the end')).toBe(''));
}

describe('a draft in several tabs', () => {
  test('what another tab typed later is taken over', async () => {
    setDraft(kChannel, 'mine');
    await tell('theirs', Date.now() + 1);
    expect(draftOf(kChannel)).toBe('theirs');
  });

  test('what it typed, or sent, before this tab did changes nothing here', async () => {
    const before = Date.now() - 1;
    setDraft(kChannel, 'Five');
    await tell('', before);
    expect(draftOf(kChannel)).toBe('Five');
  });

  test('the others hear of what was typed last', async () => {
    setDraft(kChannel, 'Six');
    setDraft(kChannel, 'Seven');
    await vi.waitFor(() => expect(heard.at(-1)).toBe('Seven'), { timeout: 10_000 });
  });
});
