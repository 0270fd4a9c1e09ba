import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The examples use the SDK as it is published, so that it has to be built. */
export default function setup(): void {
  const sdk = fileURLToPath(new URL('../../sdk/typescript', import.meta.url));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: sdk, stdio: ['ignore', 'inherit', 'inherit'] });
}
