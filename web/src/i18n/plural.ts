/** What a language calls the forms that it has; `other` every language has. */
type Forms<Form extends Intl.LDMLPluralRule> = Record<Form | 'other', string>;

/**
 * Counting in one language: picks the form of the number and puts it, written as that language writes numbers, in place of `#`.
 * The forms are named once, so that a sentence without one of them does not compile.
 */
export function plurals<Form extends Intl.LDMLPluralRule>(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const format = new Intl.NumberFormat(locale);
  return (n: number, forms: Forms<Form>): string => {
    const form = rules.select(n) as Form;
    return (forms[form] ?? forms.other).replace('#', format.format(n));
  };
}
