// Starts the service of capture-server.mjs, makes it capture, and sends requests meanwhile.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('capture-server.mjs', import.meta.url));

/** @param {{ objects?: number, execPath?: string, execArgv?: string[], onStart?: (pid: number) => void }} [options] */
export async function startService({ objects = 1000, execPath, execArgv, onStart } = {}) {
  const child = fork(server, [String(objects)], { execPath: execPath ?? process.execPath, execArgv: execArgv ?? [] });
  onStart?.(child.pid);
  const [{ port }] = await once(child, 'message');
  const request = async () => (await fetch(`http://127.0.0.1:${port}/`)).json();
  return {
    child,
    request,
    async capture(options = {}) {
      child.send({ capture: options });
      const [answer] = await once(child, 'message');
      return answer;
    },
    /** The longest delay of its event loop while it does nothing. */
    async idle(ms) {
      child.send({ idle: ms });
      const [{ late }] = await once(child, 'message');
      return late;
    },
    stop() {
      child.kill();
    },
  };
}
