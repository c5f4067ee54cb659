// Opens dropped, chosen or fetched files: snapshots, or a saved report.

import type { Progress, Report } from '../../../index.js';
import { HeaprayError } from '../../../lib/api/heapray-error.js';
import type { Engine, SavedReport } from './engine.js';

export interface Opening {
  /** The file that is being opened. */
  name: string;
  position: number;
  count: number;
  progress: Progress | undefined;
  abort: () => void;
}

/** Opens files in the given order, which for a series is oldest first. */
export async function openFiles(engine: Engine, files: readonly File[], tell: (opening: Opening) => void): Promise<{ saved: SavedReport | undefined }> {
  const report = await savedReport(files);
  if (report !== undefined) return { saved: report };
  const controller = new AbortController();
  for (const [i, file] of files.entries()) {
    const opening: Opening = { name: file.name, position: i + 1, count: files.length, progress: undefined, abort: () => controller.abort(new Error('Cancelled.')) };
    tell(opening);
    await engine.open(file, { name: file.name, signal: controller.signal, onProgress: (progress) => tell({ ...opening, progress }) });
  }
  return { saved: undefined };
}

/** Reads only the beginning of a file, which may be a large snapshot. */
async function savedReport(files: readonly File[]): Promise<SavedReport | undefined> {
  const [file] = files;
  if (file === undefined || files.length > 1 || !/\.json$/i.test(file.name)) return undefined;
  const beginning = await file.slice(0, 200).text();
  if (!/"kind"\s*:\s*"report"/.test(beginning)) return undefined;
  const report = JSON.parse(await file.text()) as Report;
  if (report.schemaVersion !== 1) {
    throw new HeaprayError('ERR_NOT_A_SNAPSHOT', `expected a report of version 1, found ${report.schemaVersion}`);
  }
  return { name: file.name, report };
}

/** The addresses in `?url=`; several are a series. */
export function urlsOfPage(): string[] {
  return new URLSearchParams(location.search).getAll('url');
}

export async function fetchFiles(urls: readonly string[], tell: (opening: Opening) => void): Promise<File[]> {
  const controller = new AbortController();
  const files: File[] = [];
  for (const [i, url] of urls.entries()) {
    const name = decodeURIComponent(new URL(url, location.href).pathname.split('/').at(-1) ?? url);
    tell({ name, position: i + 1, count: urls.length, progress: undefined, abort: () => controller.abort(new Error('Cancelled.')) });
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) throw new HeaprayError('ERR_IO', `${url} could not be fetched: ${response.status} ${response.statusText}`);
    files.push(new File([await response.blob()], name));
  }
  return files;
}
