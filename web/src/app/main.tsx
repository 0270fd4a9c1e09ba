import { render } from 'preact';

render(<h1>Rookery</h1>, document.getElementById('app')!);
