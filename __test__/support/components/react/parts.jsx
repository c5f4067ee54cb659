// Parts that leave something behind when they are gone. `Tidy` does not.

import { Component, forwardRef, memo, useEffect, useRef, useState } from 'react';

const removed = [];
const panels = [];

class PriceStore {
  subscriptions = new Set();

  subscribe(symbol, onPrice) {
    const subscription = { symbol, onPrice };
    this.subscriptions.add(subscription);
    return () => this.subscriptions.delete(subscription);
  }
}

const store = new PriceStore();
const labels = new PriceStore();

function useRows(visit) {
  return Array.from({ length: 20 }, (_, row) => `row ${row} of ${visit}`);
}

function Rows({ rows }) {
  return (
    <ul>
      {rows.map((row) => (
        <li key={row}>{row}</li>
      ))}
    </ul>
  );
}

/** A listener that is never removed. */
function ResizeCard({ visit }) {
  const rows = useRows(visit);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    window.addEventListener('resize', () => setWidth(window.innerWidth));
  }, []);
  return <section title={width}><Rows rows={rows} /></section>;
}

/** The same without state. */
function ScrollLogger({ visit }) {
  const rows = useRows(visit);
  useEffect(() => {
    const onScroll = () => rows.push(String(visit));
    window.addEventListener('scroll', onScroll);
  }, []);
  return <Rows rows={rows} />;
}

/** An interval that is never cleared. */
function UptimeClock({ visit }) {
  const [seconds, setSeconds] = useState(visit);
  useEffect(() => {
    setInterval(() => setSeconds((now) => now + 1), 3_600_000);
  }, []);
  return <p>{seconds}</p>;
}

/** A subscription that is never cancelled; the store calls the function that sets the state. */
function PriceTag({ visit }) {
  const [price, setPrice] = useState(visit);
  useEffect(() => {
    store.subscribe('price', setPrice);
  }, []);
  return (
    <section>
      <div>
        <span>{price}</span>
      </div>
    </section>
  );
}

/** Elements in a list of the module. */
function ClosedNotes({ visit }) {
  const list = useRef(null);
  const rows = useRows(visit);
  useEffect(() => {
    const { current } = list;
    return () => {
      removed.push(current);
    };
  }, []);
  return <section ref={list}><Rows rows={rows} /></section>;
}

/** Instances in a list of the module. */
class LegacyPanel extends Component {
  componentDidMount() {
    panels.push(this);
  }

  render() {
    return <Rows rows={[String(this.props.visit)]} />;
  }
}

/** A component in wrappers, with a name for display. */
const Chart = forwardRef(function Inner({ visit }, ref) {
  const [label, setLabel] = useState(visit);
  useEffect(() => {
    labels.subscribe('label', setLabel);
  }, []);
  return <svg ref={ref}><text>{label}</text></svg>;
});
Chart.displayName = 'Sales(Chart)';
const SalesChart = memo(Chart);

function Tidy({ visit }) {
  const [width, setWidth] = useState(visit);
  useEffect(() => {
    const onResize = () => setWidth(window.innerWidth);
    window.addEventListener('resize', onResize);
    const cancel = store.subscribe('width', setWidth);
    return () => {
      window.removeEventListener('resize', onResize);
      cancel();
    };
  }, []);
  return <Rows rows={[String(width)]} />;
}

export const parts = { ResizeCard, ScrollLogger, UptimeClock, PriceTag, ClosedNotes, LegacyPanel, SalesChart, Tidy };
