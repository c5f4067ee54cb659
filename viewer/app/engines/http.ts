// The addon behind `heapray view`: questions go to the server of the page.

import { Client } from '../../../lib/protocol/client.js';
import type { Client as AppClient, Options } from '../model/engine.js';

/** @param base the page's address, with its token */
export function httpClient(base: string): AppClient {
  return new Client({
    async send(_id, request, { signal }) {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(new URL('ask', base), { method: 'POST', body: request, headers, ...(signal && { signal }) });
      const text = await response.text();
      if (!response.ok) throw refusal(response.status, text);
      return text;
    },
    open: (_id, source, { name }, options) => upload(new URL(`open?name=${encodeURIComponent(name)}`, base), source as Blob, options),
    dispose() {},
  }) as AppClient;
}

/** The server parses while it receives, so the progress of the upload, which fetch does not report, is that of parsing. */
function upload(url: URL, source: Blob, { signal, onProgress }: Options): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onProgress?.({ phase: 'parse', done: loaded, total });
    // Then the server analyses it, without further progress.
    request.upload.onload = () => onProgress?.({ phase: 'graph', done: 0, total: 0 });
    request.onload = () => (request.status === 200 ? resolve(request.responseText) : reject(refusal(request.status, request.responseText)));
    request.onerror = () => reject(new Error('heapray view does not respond: is it still running?'));
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(source);
  });
}

function refusal(status: number, text: string): Error {
  return new Error(`heapray view responded with status ${status}: ${text}`);
}
