/** Everything that a page may change is a custom property or a part. */
export const style = `
:host {
  --accent: var(--rookery-accent, #2f5fd0);
  --on-accent: var(--rookery-on-accent, #fff);
  --surface: var(--rookery-surface, #fff);
  --text: var(--rookery-text, #1b1d22);
  --quiet: var(--rookery-quiet, #5a6070);
  --bubble: var(--rookery-bubble, #eef0f5);
  --radius: var(--rookery-radius, 14px);
  position: fixed;
  inset-block-end: var(--rookery-inset, 20px);
  inset-inline-end: var(--rookery-inset, 20px);
  z-index: var(--rookery-z, 1000);
  font: 15px/1.45 var(--rookery-font, system-ui, sans-serif);
  color: var(--text);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--rookery-accent, #8fb0ff);
    --on-accent: var(--rookery-on-accent, #10131a);
    --surface: var(--rookery-surface, #1b1e25);
    --text: var(--rookery-text, #eceef3);
    --quiet: var(--rookery-quiet, #a9b0c0);
    --bubble: var(--rookery-bubble, #2a2e38);
  }
}
* { box-sizing: border-box; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.launcher {
  display: block; margin-inline-start: auto; min-block-size: 48px; padding: 0 20px;
  border-radius: 24px; background: var(--accent); color: var(--on-accent); font-weight: 600;
  box-shadow: 0 4px 16px rgb(0 0 0 / 0.25);
}
.panel {
  display: flex; flex-direction: column; margin-block-end: 12px; overflow: hidden;
  inline-size: min(360px, calc(100vw - 40px)); block-size: min(520px, calc(100vh - 110px));
  background: var(--surface); border-radius: var(--radius); box-shadow: 0 8px 32px rgb(0 0 0 / 0.3);
}
.panel[hidden] { display: none; }
header { display: flex; align-items: center; gap: 8px; padding: 12px 16px; background: var(--accent); color: var(--on-accent); }
header h2 { flex: 1; margin: 0; font-size: 16px; }
header button { min-inline-size: 32px; min-block-size: 32px; border-radius: 8px; background: none; font-size: 20px; line-height: 1; }
header button:focus-visible { outline-color: currentColor; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 12px 16px; margin: 0; }
.log p { inline-size: fit-content; max-inline-size: 85%; margin: 0 0 8px; padding: 8px 12px; border-radius: 12px; background: var(--bubble); white-space: pre-wrap; overflow-wrap: anywhere; }
.log p.mine { margin-inline-start: auto; background: var(--accent); color: var(--on-accent); }
.log p.unsent { outline: 2px dashed var(--quiet); }
.log p.greeting { background: none; color: var(--quiet); padding-inline: 0; }
.who { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.status { min-block-size: 24px; margin: 0; padding: 2px 16px; font-size: 13px; color: var(--quiet); }
form { display: flex; gap: 8px; padding: 0 12px 12px; }
textarea { flex: 1; min-block-size: 44px; max-block-size: 120px; padding: 10px 12px; resize: none; border: 1px solid var(--quiet); border-radius: 12px; background: var(--surface); }
textarea::placeholder { color: var(--quiet); opacity: 1; }
form button { min-inline-size: 44px; padding: 0 14px; border-radius: 12px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
@media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
`;
