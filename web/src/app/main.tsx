import './base.css'; // first: everything else refines it
import { render } from 'preact';
import { startSession } from '../session/session.ts';
import { App } from './app.tsx';

render(<App />, document.getElementById('app')!);
void startSession();
