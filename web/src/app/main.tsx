import './base.css'; // these two first: everything else refines them
import '../ui/parts.css';
import { render } from 'preact';
import { startSession } from '../session/session.ts';
import { applyPreferences } from '../settings/preferences.ts';
import { App } from './app.tsx';
import { keepShell } from './updates.tsx';

void startSession();
// In the right words and colours from the first moment. Not awaited by the module: the words need it to be there.
void applyPreferences().then(() => {
  render(<App />, document.getElementById('app')!);
  keepShell().catch(() => undefined); // without it the page comes from the server each time
});
