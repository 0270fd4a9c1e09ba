import './base.css'; // these two first: everything else refines them
import '../ui/parts.css';
import { render } from 'preact';
import { startSession } from '../session/session.ts';
import { applyPreferences } from '../settings/preferences.ts';
import { App } from './app.tsx';

void startSession();
await applyPreferences(); // in the right words and colours from the first moment
render(<App />, document.getElementById('app')!);
