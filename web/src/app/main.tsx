import { render } from 'preact';
import { startSession } from '../session/session.ts';
import { App } from './app.tsx';
import './base.css';

render(<App />, document.getElementById('app')!);
void startSession();
