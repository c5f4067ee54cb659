// The start page: drop or choose files, or open the example. Shows the progress of opening.

import { useEffect, useState } from 'preact/hooks';
import { progressText } from '../../../lib/format/progress.js';
import { useApp } from '../model/app.js';
import type { Opening } from '../model/opening.js';
import { Icon } from '../parts/icons.js';
import { Failure } from '../parts/states.js';
import { Heap } from '../parts/text.js';

/** The closure leak, after 1, 40 and 50 requests: see lib/view/example.js. */
const EXAMPLE = ['example/after-1.heapsnapshot.gz', 'example/after-40.heapsnapshot.gz', 'example/after-50.heapsnapshot.gz'] as const;

interface WelcomeProps {
  opening: Opening | undefined;
  failure: Error | undefined;
  onFiles: (files: readonly File[]) => void;
  onUrls: (urls: readonly string[]) => void;
  onGiveUp: () => void;
}

export function Welcome({ opening, failure, onFiles, onUrls, onGiveUp }: WelcomeProps) {
  const [isOver, setOver] = useState(false);
  const { engine } = useApp();
  const hasExample = useExample();
  return (
    <main class="welcome">
      <h1><Icon name="logo" /> heapray</h1>
      <p class="lead">Finds out what keeps memory alive in V8.</p>
      {opening !== undefined ? (
        <OpeningCard opening={opening} onGiveUp={onGiveUp} />
      ) : (
        <label class={`drop${isOver ? ' over' : ''}`} onDragOver={() => setOver(true)} onDragLeave={() => setOver(false)} onDrop={() => setOver(false)}>
          <Icon name="drop" />
          <strong>Drop heap snapshots here</strong>
          <span class="faint">or click to choose: one snapshot shows what is large, three of one process show what leaks</span>
          <span class="faint">.heapsnapshot, .heaptimeline or .heapprofile, also compressed (.gz, .zst, .br), or a report saved as JSON</span>
          <input type="file" class="unseen" multiple onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])} />
        </label>
      )}
      {failure !== undefined && <Failure error={failure} />}
      {opening === undefined && hasExample && (
        <p class="welcome-more">
          <button type="button" class="button" onClick={() => onUrls(EXAMPLE)}>Open the example</button>
          <span class="faint">A web server with a closure leak, after 1, 40 and 50 requests.</span>
        </p>
      )}
      {!engine.isReport && <p class="faint small">Snapshots stay on this machine.</p>}
    </main>
  );
}

/** Whether the page has the example: `heapray view` creates it, a web server may not have it. */
function useExample(): boolean {
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    fetch(EXAMPLE[0], { method: 'HEAD', signal: leaving.signal }).then(({ ok }) => setThere(ok), () => {});
    return () => leaving.abort();
  }, []);
  return isThere;
}

function OpeningCard({ opening: { name, position, count, progress }, onGiveUp }: { opening: Opening; onGiveUp: () => void }) {
  const share = progress !== undefined && progress.total > 0 ? progress.done / progress.total : undefined;
  return (
    <div class="drop opening" role="status">
      <strong><Heap text={name} /></strong>
      {count > 1 && <span class="faint">{position} of {count}</span>}
      <progress {...(share !== undefined && { value: share })} />
      <span class="faint">{progress === undefined ? 'opening …' : progressText(progress)}</span>
      <button type="button" class="button" onClick={onGiveUp}>Cancel</button>
    </div>
  );
}
