// The frame around the views: open snapshots, navigation, search.

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatBytes, formatCount } from '../../lib/format/numbers.js';
import type { AllocationPage } from '../../index.js';
import { type App, AppContext, showing, shownSnapshot, useAnswer, useApp } from './model/app.js';
import { type Engine, isProfile, type OpenSnapshot, type SavedReport } from './model/engine.js';
import { loadSourceMaps, mapping, sortedOut, type SourceMaps } from './model/maps.js';
import { openFiles, type Opening, urlsOfPage, fetchFiles } from './model/opening.js';
import { beside, change, go, hashOf, type Place, usePlace, type ViewName } from './model/place.js';
import { typedId } from './model/search.js';
import { chooseTheme, currentTheme } from './model/theme.js';
import { Icon } from './parts/icons.js';
import { Choice, Switch } from './parts/controls.js';
import { Failure } from './parts/states.js';
import { Heap } from './parts/text.js';
import { Allocations } from './views/allocations.js';
import { Classes } from './views/classes.js';
import { Compare } from './views/compare.js';
import { Containment } from './views/containment.js';
import { Dominators } from './views/dominators.js';
import { Node } from './views/node.js';
import { Objects } from './views/objects.js';
import { Overview } from './views/overview.js';
import { Strings } from './views/strings.js';
import { Welcome } from './views/welcome.js';

const VIEWS: Record<ViewName, () => JSX.Element> = {
  overview: Overview,
  classes: Classes,
  dominators: Dominators,
  containment: Containment,
  objects: Objects,
  strings: Strings,
  allocations: Allocations,
  compare: Compare,
  node: Node,
};

const RAIL = [
  ['overview', 'Overview'],
  ['classes', 'Classes'],
  ['dominators', 'Dominators'],
  ['containment', 'Containment'],
  ['objects', 'Objects'],
  ['strings', 'Strings'],
  ['allocations', 'Allocations'],
  ['compare', 'Comparison'],
] as const;

/** The views for which an HTML report has answers. */
const OF_REPORTS: readonly ViewName[] = ['overview', 'classes', 'dominators', 'allocations', 'node'];

export function Shell({ engine, saved: given }: { engine: Engine; saved?: SavedReport | undefined }) {
  const [snapshots, setSnapshots] = useState<readonly OpenSnapshot[]>();
  const [saved, setSaved] = useState(given);
  const [opening, setOpening] = useState<Opening>();
  const [failure, setFailure] = useState<Error>();
  const [showStrings, setShowStrings] = useState(false);
  const [maps, setMaps] = useState<{ of: SourceMaps; warnings: readonly string[] }>();
  const noteMaps = (of: SourceMaps) => setMaps({ of, warnings: of.warnings });

  const addMaps = async (files: readonly File[]) => {
    const of = maps?.of ?? (await loadSourceMaps());
    await of.add(files);
    noteMaps(of);
  };
  const open = async (given: readonly File[]) => {
    if (given.length === 0 || engine.isReport) return;
    setFailure(undefined);
    try {
      const { maps: dropped, others: files } = sortedOut(given, maps !== undefined);
      if (dropped.length > 0) await addMaps(dropped);
      if (files.length === 0) return;
      const result = await openFiles(engine, files, setOpening);
      setSaved(result.saved);
      if (result.saved === undefined) setSnapshots(await engine.list());
      // A shared link is kept until its snapshot is opened.
      if (snapshots?.length) go({ view: 'overview', params: {} });
    } catch (error) {
      setFailure(error as Error);
      setSnapshots(await engine.list().catch(() => []));
    } finally {
      setOpening(undefined);
    }
  };
  const openUrls = async (urls: readonly string[]) => {
    try {
      await open(await fetchFiles(urls, setOpening));
    } catch (error) {
      setOpening(undefined);
      setFailure(error as Error);
    }
  };

  useEffect(() => {
    const urls = urlsOfPage();
    engine.list().then(setSnapshots, setFailure).then(() => (urls.length > 0 ? openUrls(urls) : undefined));
  }, [engine]);
  useDroppedFiles(open);

  const of = maps?.of;
  const count = of?.count;
  const mapped = useMemo(() => (of === undefined ? engine : mapping(engine, of, () => noteMaps(of))), [engine, of, count]);
  const asked = useMemo(() => showing(mapped, showStrings), [mapped, showStrings]);
  const app = useMemo<App>(() => ({ engine: asked, snapshots: snapshots ?? [], saved, showStrings, setShowStrings }), [asked, snapshots, saved, showStrings]);
  if (snapshots === undefined && failure === undefined) return null;
  const isEmpty = app.snapshots.length === 0 && saved === undefined;
  return (
    <AppContext.Provider value={app}>
      {isEmpty || opening !== undefined ? (
        <Welcome opening={opening} failure={failure} onFiles={open} onUrls={openUrls} onGiveUp={() => opening?.abort()} />
      ) : (
        <Frame failure={failure} mapWarnings={maps?.warnings ?? []} onFiles={open} onForget={() => setFailure(undefined)} />
      )}
    </AppContext.Provider>
  );
}

function useDroppedFiles(open: (files: readonly File[]) => void): void {
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      open([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', allow);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', allow);
      removeEventListener('drop', drop);
    };
  });
}

function Frame({ failure, mapWarnings, onFiles, onForget }: { failure: Error | undefined; mapWarnings: readonly string[]; onFiles: (files: readonly File[]) => void; onForget: () => void }) {
  const { saved, snapshots } = useApp();
  const place = usePlace();
  const shown = shownSnapshot(snapshots, place);
  const View = saved !== undefined ? Overview : VIEWS[shown !== undefined && isProfile(shown) ? 'allocations' : place.view];
  useEffect(() => {
    document.title = `${saved?.name ?? shown?.name ?? 'heapray'} · heapray`;
  }, [saved, shown]);
  return (
    <div class="frame">
      <TopBar shown={shown} onFiles={onFiles} />
      <Rail place={place} shown={shown} />
      <main>
        {failure !== undefined && (
          <div class="notice">
            <Failure error={failure} />
            <button type="button" class="plain" onClick={onForget}>Dismiss</button>
          </div>
        )}
        {mapWarnings.map((text) => (
          <p key={text} class="notice" role="status"><Heap text={text} /></p>
        ))}
        <View key={saved === undefined ? shown?.snapshot : 'saved'} />
      </main>
    </div>
  );
}

function TopBar({ shown, onFiles }: { shown: OpenSnapshot | undefined; onFiles: (files: readonly File[]) => void }) {
  const { engine, snapshots, saved, showStrings, setShowStrings } = useApp();
  const options = snapshots.map(({ snapshot, name, summary }) => [String(snapshot), `${name} · ${formatBytes(summary.totalSize)}`] as const);
  return (
    <header class="top">
      <a class="brand" href="#/overview"><Icon name="logo" /> heapray</a>
      {saved !== undefined && <span class="file"><Heap text={saved.name} /></span>}
      {saved === undefined && shown !== undefined && (options.length > 1 ? (
        <Choice label="Snapshot" value={String(shown.snapshot)} options={options} onChange={(s) => change({ s: s === options.at(-1)?.[0] ? undefined : s })} />
      ) : (
        <span class="file" title={`${formatCount(shown.summary.totalSize)} bytes`}><Heap text={shown.name} /> <span class="faint">{formatBytes(shown.summary.totalSize)}</span></span>
      ))}
      {!engine.isReport && <OpenButton onFiles={onFiles} />}
      <span class="space" />
      {saved === undefined && <Switch label="String contents" help="Show the contents of strings and keys that are data, which may be secret" checked={showStrings} onChange={setShowStrings} />}
      {saved === undefined && !engine.isReport && <SearchBox />}
      <ThemeButton />
    </header>
  );
}

function OpenButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  return (
    <label class="button" title="Open more snapshots, or source maps with their scripts; or drop them anywhere">
      Open…
      <input type="file" class="unseen" multiple onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])} />
    </label>
  );
}

function SearchBox() {
  const here = usePlace();
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
      event.preventDefault();
      document.getElementById('search')?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const search = () => {
    const id = typedId(typed);
    go(id === undefined ? beside(here, 'objects', { q: typed.trim() }) : beside(here, 'node', { id: String(id) }));
  };
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') search();
      }}
    >
      <input id="search" class="box" type="search" size={30} aria-label="Search" placeholder="Search: name, /regex/ or @id" value={typed} spellcheck={false} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
    </form>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme());
  const other = theme === 'dark' ? 'light' : 'dark';
  const toggle = () => {
    chooseTheme(other);
    setTheme(other);
  };
  return (
    <button type="button" class="icon-button" aria-label={`Use ${other} colours`} title={`Use ${other} colours`} onClick={toggle}>
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
}

function Rail({ place, shown }: { place: Place; shown: OpenSnapshot | undefined }) {
  const { engine, saved, snapshots } = useApp();
  const { answer } = useAnswer<AllocationPage>({ ask: 'allocations', limit: 0 }, shown === undefined ? [] : [shown.snapshot]);
  const isOffered = (view: ViewName) => {
    if (saved !== undefined || shown === undefined) return view === 'overview';
    if (view === 'allocations') return answer?.available === true;
    return !isProfile(shown) && (!engine.isReport || OF_REPORTS.includes(view));
  };
  const offered = RAIL.filter(([view]) => isOffered(view));
  return (
    <nav class="rail" aria-label="Views">
      {offered.map(([view, title]) => (
        <a key={view} href={hashOf(beside(place, view))} aria-current={place.view === view || offered.length === 1 ? 'page' : undefined} class={view === 'compare' && snapshots.length < 2 ? 'faint' : undefined}>
          <Icon name={view} />
          <span>{title}</span>
        </a>
      ))}
    </nav>
  );
}
