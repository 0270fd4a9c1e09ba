import './base.css'; // these two first: everything else refines them
import '../ui/parts.css';
import { render } from 'preact';
import { startSession } from '../session/session.ts';
import { App } from './app.tsx';

render(<App />, document.getElementById('app')!);
void startSession();
