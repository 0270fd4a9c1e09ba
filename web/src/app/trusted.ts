// The page's Content-Security-Policy takes no script from a string, but from here: the few that belong to the page.

interface Policy {
  createScriptURL(url: string): string; // a TrustedScriptURL, which stands wherever the address would
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const kOwn = /^\/(sw|engine)\.js$/;

function own(url: string): string {
  if (!kOwn.test(new URL(url, location.href).pathname)) throw new TypeError(`not a script of this page: ${url}`);
  return url;
}

const policy = (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy('rookery', {
  createScriptURL: own,
});

export const scriptUrl = (url: string): string => policy?.createScriptURL(url) ?? own(url);
