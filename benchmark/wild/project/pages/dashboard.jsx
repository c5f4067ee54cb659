// A dashboard of several tabs on React, with a store of live prices.

import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

const tabs = ['shares', 'bonds', 'funds', 'metals'];

/** `subscribe` is where the two pages differ: one forgets to unsubscribe. */
export function startDashboard(store) {
  function Price({ symbol }) {
    const [price, setPrice] = useState(store.priceOf(symbol));
    useEffect(() => store.follow(symbol, setPrice), [symbol]);
    return <td>{price}</td>;
  }

  function Table({ tab }) {
    const symbols = Array.from({ length: 30 }, (_, i) => `${tab}-${i}`);
    return (
      <table>
        <tbody>
          {symbols.map((symbol) => (
            <tr key={symbol}>
              <th>{symbol}</th>
              <Price symbol={symbol} />
            </tr>
          ))}
        </tbody>
      </table>
    );
  }

  function Dashboard() {
    const [visit, setVisit] = useState(0);
    return (
      <main>
        <button id="next" onClick={() => setVisit(visit + 1)}>
          Next tab
        </button>
        <h1>{visit}</h1>
        <Table key={visit} tab={tabs[visit % tabs.length]} />
      </main>
    );
  }

  createRoot(document.getElementById('root')).render(<Dashboard />);
}
