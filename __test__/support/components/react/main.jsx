// A page of one part, which the button replaces by a new one. The address says which.

import { useState } from 'react';
import { mount } from 'mount';
import { parts } from './parts.jsx';

const { [location.hash.slice(1)]: Part } = parts;

function App() {
  const [visit, setVisit] = useState(0);
  return (
    <main>
      <button id="next" onClick={() => setVisit(visit + 1)}>
        Next
      </button>
      <h1>{visit}</h1>
      <Part key={visit} visit={visit} />
    </main>
  );
}

mount(<App />);
