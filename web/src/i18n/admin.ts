import { adminDe } from './admin-de.ts';
import { type AdminWords, adminEn } from './admin-en.ts';
import { type Language, language } from './index.ts';

const words: Record<Language, AdminWords> = { en: adminEn, de: adminDe };

/** The administrator's sentences in the language of the moment. */
export const a: AdminWords = new Proxy(adminEn, {
  get: (_, key) => words[language.value][key as keyof AdminWords],
});
