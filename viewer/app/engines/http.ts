// The addon behind `heapray view`: questions go to the server the page came from.

import { Client } from '../../../lib/protocol/client.js';
import type { Client as AppClient, Options } from '../model/engine.js';

/** @param base where the page is, with its token */
export function httpClient(base: string): AppClient {
  const post = async (path: string, body: BodyInit, type: string, { signal }: Options) => {
    const response = await fetch(new URL(path, base), { method: 'POST', body, headers: { 'Content-Type': type }, ...(signal && { signal }) });
    if (!response.ok) throw new Error(`heapray view answers ${response.status}: ${await response.text()}`);
    return response.text();
  };
  return new Client({
    send: (_id, request, options) => post('ask', request, 'application/json', options),
    open: (_id, source, { name }, options) => post(`open?name=${encodeURIComponent(name)}`, source as Blob, 'application/octet-stream', options),
    dispose() {},
  }) as AppClient;
}
