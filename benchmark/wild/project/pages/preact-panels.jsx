// A board on Preact whose panels are drawn by hand. LEAK: closed panels are kept for an undo that nobody built.

import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const history = { closedPanels: [] };

function drawPanel(visit) {
  const panel = document.createElement('section');
  for (let i = 0; i < 20; i += 1) {
    const line = panel.appendChild(document.createElement('p'));
    line.textContent = `line ${i} of panel ${visit}`;
  }
  return panel;
}

function Panel({ visit }) {
  const place = useRef(null);
  useEffect(() => {
    const panel = place.current.appendChild(drawPanel(visit));
    return () => {
      panel.remove();
      history.closedPanels.push({ visit, panel });
    };
  }, [visit]);
  return <div ref={place} />;
}

function Board() {
  const [visit, setVisit] = useState(0);
  return (
    <main>
      <button id="next" onClick={() => setVisit(visit + 1)}>
        Next
      </button>
      <h1>{visit}</h1>
      <Panel key={visit} visit={visit} />
    </main>
  );
}

render(<Board />, document.getElementById('root'));
