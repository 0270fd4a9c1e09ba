import { ApiError, NetworkError, type SendFailure, SessionEnded } from '@rookery/sdk';
import { t } from '../i18n/index.ts';

const kNameTaken = 40003;

// The server gives its reasons in English, for developers. People get them in their own language and in plain words.

const kReasons: [RegExp, (...numbers: number[]) => string][] = [
  [/^must be between (\d+) and (\d+) characters long$/, (min, max) => t.mustBeLong(min!, max!)],
  [/^must not be longer than (\d+) characters$/, (max) => t.mustNotBeLonger(max!)],
  [/^(?:must not be empty|is required)$/, () => t.mustNotBeEmpty],
  [/^may only hold letters from a to z/, () => t.usernameLetters],
  [/^is not valid, or used up$/, () => t.inviteRefused],
];

/** What is wrong with one field. */
export function fieldProblem(reason: string): string {
  for (const [pattern, say] of kReasons) {
    const found = pattern.exec(reason);
    if (found) return say(...found.slice(1).map(Number));
  }
  return t.fieldRefused(reason);
}

/** By field; what belongs to no field stands under the empty name. */
export function problemsOf(error: unknown): Record<string, string> {
  if (error instanceof ApiError && error.code === kNameTaken) return { username: t.nameTaken };
  if (error instanceof ApiError && Object.keys(error.fields).length > 0) {
    return Object.fromEntries(Object.entries(error.fields).map(([name, reason]) => [name, fieldProblem(reason)]));
  }
  return { '': problemOf(error) };
}

/** One sentence for whatever a call threw. */
export function sentence(error: unknown): string {
  return Object.values(problemsOf(error))[0]!;
}

function problemOf(error: unknown): string {
  if (error instanceof NetworkError) return t.unreachable;
  if (error instanceof SessionEnded) return t.sessionEnded;
  if (!(error instanceof ApiError)) return t.somethingWrong;
  const { code, status } = error;
  if (code === 40002) return t.wrongCredentials;
  const plain = byCode(code);
  if (plain) return plain;
  if (code > 30000 && code < 31000) return t.limitReached;
  if (status === 404) return t.notThere;
  if (status === 413) return t.tooLarge;
  return status >= 500 ? t.serverFault : t.refused(error.message);
}

function byCode(code: number): string | undefined {
  switch (code) {
    case 20016:
      return t.tooFast;
    case 40001:
      return t.sessionEnded;
    case 50001:
    case 50013:
      return t.notAllowed;
    case 50007:
      return t.cannotReach;
    case 50300:
      return t.overloaded;
  }
  return undefined;
}

/** Why a message was not sent; never in the server's words, which are English. */
export function whyUnsent({ code, limit }: SendFailure): string {
  if (limit !== undefined) return t.mustNotBeLonger(limit);
  if (code === 'old') return t.writtenLongAgo;
  if (code === 10003) return t.notThere;
  if (code === 10008) return t.answeredGone;
  return byCode(code) ?? (code === 0 ? t.serverFault : t.notTaken);
}
