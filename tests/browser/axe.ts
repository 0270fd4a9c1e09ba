import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What is not ours to mend: a rule that is broken in elements which match a selector, and by whom and why. */
export interface Excuse {
  readonly rule: string;
  readonly selector: string;
  readonly why: string;
}

interface Looked {
  /** CSS selectors of parts of the page; all of it when left out. */
  readonly within?: string;
  /** Each has to excuse something, in every look: otherwise it is told like a violation. */
  readonly excuses?: readonly Excuse[];
}

/** What axe finds against WCAG 2.2 AA, in few words, in light and in dark. */
export async function violations(page: Page, { within, excuses = [] }: Looked = {}): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
    const { violations: rules } = await (within === undefined ? axe : axe.include(within)).analyze();
    const unused = new Set(excuses);
    for (const rule of rules) {
      for (const node of rule.nodes) {
        const excuse = excuses.find(({ rule: id }) => id === rule.id);
        const target = node.target.join(' ');
        if (excuse && (await page.locator(target).evaluateAll(everyMatches, excuse.selector))) unused.delete(excuse);
        else found.push(`${colorScheme}: ${rule.id}: ${node.html} ${node.failureSummary}`);
      }
    }
    for (const { rule, selector } of unused) found.push(`${colorScheme}: nothing to excuse: ${rule} of ${selector}`);
  }
  return found;
}

function everyMatches(elements: Element[], selector: string): boolean {
  return elements.length > 0 && elements.every((element) => element.matches(selector));
}
